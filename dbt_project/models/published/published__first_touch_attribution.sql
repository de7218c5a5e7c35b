with first_touch_attribution as (

    select * from {{ ref('first_touch_attribution') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        first_touch_attribution.*,
        data_as_of.as_of as data_as_of
    from first_touch_attribution
    cross join data_as_of

)

select * from published
