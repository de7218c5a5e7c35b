select answers.id as feedback_id, xref.customer_id, answers.score
from {{ ref('stg_desk__answers') }} as answers
left join {{ source('identity_state', 'customer_xref') }} as xref on xref.node_id = 'desk:answers:' || answers.id and xref.valid_to is null
