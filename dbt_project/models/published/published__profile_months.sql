with profile_months as (

    select * from {{ ref('profile_months') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        profile_months.*,
        data_as_of.as_of as data_as_of
    from profile_months
    cross join data_as_of

)

select * from published
