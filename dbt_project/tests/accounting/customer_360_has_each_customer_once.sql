-- no customer lost in a join, none multiplied by one

with expected as (

    select
        customer_id,
        count(*) as records
    from {{ ref('dim_customers') }} group by customer_id

),

found as (

    select
        customer_id,
        count(*) as records
    from {{ ref('customer_360') }} group by customer_id

)

select
    coalesce(expected.customer_id, found.customer_id) as customer_id,
    expected.records as expected_records,
    found.records as found_records
from expected
full outer join found on expected.customer_id = found.customer_id
where
    coalesce(expected.records, 0) <> 1
    or coalesce(found.records, 0) <> 1
