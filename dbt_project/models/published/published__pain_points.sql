with pain_points as (

    select * from {{ ref('pain_points') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        pain_points.*,
        data_as_of.as_of as data_as_of
    from pain_points
    cross join data_as_of

)

select * from published
