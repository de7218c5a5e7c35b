with journey_paths as (

    select * from {{ ref('journey_paths') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        journey_paths.*,
        data_as_of.as_of as data_as_of
    from journey_paths
    cross join data_as_of

)

select * from published
