with customer_segments as (

    select * from {{ ref('customer_segments') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        customer_segments.*,
        data_as_of.as_of as data_as_of
    from customer_segments
    cross join data_as_of

)

select * from published
