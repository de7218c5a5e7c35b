with identifiers as (

    select * from {{ ref('int_customer_360__records') }}

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

-- a value is looked up among millions: sorted, all but a few blocks of rows are passed by
select * from published
order by identifier_type, identifier_value
