with journey_transitions as (

    select * from {{ ref('journey_transitions') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        journey_transitions.*,
        data_as_of.as_of as data_as_of
    from journey_transitions
    cross join data_as_of

)

select * from published
