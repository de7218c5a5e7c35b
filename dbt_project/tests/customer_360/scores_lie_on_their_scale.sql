-- A score outside its scale would fall in no band, or in the wrong one.

select
    feedback_id,
    metric,
    score
from {{ ref('fct_feedback') }}
where
    score not between scale_min and scale_max
    or (metric is not null and score is null)
