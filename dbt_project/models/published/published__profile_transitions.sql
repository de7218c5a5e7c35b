with profile_transitions as (

    select * from {{ ref('profile_transitions') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        profile_transitions.*,
        data_as_of.as_of as data_as_of
    from profile_transitions
    cross join data_as_of

)

select * from published
