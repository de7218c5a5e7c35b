with

consent_coverage as (

    select * from {{ ref('consent_coverage') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        consent_coverage.*,
        data_as_of.as_of as data_as_of
    from consent_coverage
    cross join data_as_of

)

select * from published
