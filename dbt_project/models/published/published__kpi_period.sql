with measures as (

    select * from {{ ref('kpi_period') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        measures.*,
        data_as_of.as_of as data_as_of
    from measures
    cross join data_as_of

)

select * from published
