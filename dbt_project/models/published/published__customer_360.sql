with customers as (

    select * from {{ ref('customer_360') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        customers.*,
        data_as_of.as_of as data_as_of
    from customers
    cross join data_as_of

)

select * from published
order by customer_id
