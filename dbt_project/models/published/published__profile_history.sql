with profile_history as (

    select * from {{ ref('profile_history') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        profile_history.*,
        data_as_of.as_of as data_as_of
    from profile_history
    cross join data_as_of

)

select * from published
