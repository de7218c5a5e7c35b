with targets as (

    select * from {{ ref('kpi_target_progress') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        targets.*,
        data_as_of.as_of as data_as_of
    from targets
    cross join data_as_of

)

select * from published
