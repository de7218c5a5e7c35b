with restatements as (

    select * from {{ ref('kpi_restatements') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        restatements.*,
        data_as_of.as_of as data_as_of
    from restatements
    cross join data_as_of

)

select * from published
