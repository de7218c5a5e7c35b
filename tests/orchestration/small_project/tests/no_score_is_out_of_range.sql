-- the singular test reads two layers and is shown on the one further right
select feedback.feedback_id, staged.email
from {{ ref('fct_feedback') }} as feedback
join {{ ref('stg_desk__answers') }} as staged on staged.id = feedback.feedback_id
where feedback.score > {{ var('highest_score') }}
