-- what customers are worth together is what the orders, and the running MRR, say

with figures as (

    select
        'net revenue' as figure,
        (select coalesce(sum(net_revenue_reporting), 0) from {{ ref('customer_360') }}) as in_customer_360,
        (
            select coalesce(sum(net_amount_reporting - coalesce(refunded_reporting, 0)), 0)
            from {{ ref('fct_orders') }}
            where status = 'paid' and not is_test and customer_id is not null
        ) as in_facts

    union all

    select
        'mrr' as figure,
        (select coalesce(sum(current_mrr), 0) from {{ ref('customer_360') }}) as in_customer_360,
        (
            select closing_mrr
            from {{ ref('mrr_bridge') }}
            where month = (select max(month) from {{ ref('mrr_bridge') }})
        ) as in_facts

)

select *
from figures
where abs(in_customer_360 - in_facts) > 0.5
