with cem_roi as (

    select * from {{ ref('cem_roi') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        cem_roi.*,
        data_as_of.as_of as data_as_of
    from cem_roi
    cross join data_as_of

)

select * from published
