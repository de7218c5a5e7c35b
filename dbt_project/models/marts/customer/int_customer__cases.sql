with cases as (

    select * from {{ ref('fct_cases') }} where not is_deleted and customer_id is not null

),

by_customer as (

    select
        customer_id,
        count(*) as case_count,
        count(*) filter (where status not in ('solved', 'closed')) as open_case_count,
        max(opened_at) as last_case_opened_at
    from cases
    group by customer_id

)

select * from by_customer
