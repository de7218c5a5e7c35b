with journey_dropoff as (

    select * from {{ ref('journey_dropoff') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        journey_dropoff.*,
        data_as_of.as_of as data_as_of
    from journey_dropoff
    cross join data_as_of

)

select * from published
