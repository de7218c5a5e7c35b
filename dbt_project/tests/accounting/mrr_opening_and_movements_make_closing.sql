-- for every month and customer; half a minor unit is more than floating point can lose

with lines as (

    select
        customer_id as line,
        month,
        opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr + fx_mrr as reckoned_mrr,
        closing_mrr
    from {{ ref('mrr_movements') }}

    union all

    select
        'all customers' as line,
        month,
        opening_mrr + new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churn_mrr + fx_mrr as reckoned_mrr,
        closing_mrr
    from {{ ref('mrr_bridge') }}

)

select *
from lines
where
    reckoned_mrr is null
    or closing_mrr is null
    or abs(reckoned_mrr - closing_mrr) > 0.5
