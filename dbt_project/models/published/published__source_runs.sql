with source_runs as (

    select * from {{ ref('int_customer_360__source_runs') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        source_runs.*,
        data_as_of.as_of as data_as_of
    from source_runs
    cross join data_as_of

)

select * from published
