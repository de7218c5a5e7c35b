with identifiers as (

    select * from {{ ref('int_customer_360__identifiers') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        identifiers.*,
        data_as_of.as_of as data_as_of
    from identifiers
    cross join data_as_of

)

select * from published
