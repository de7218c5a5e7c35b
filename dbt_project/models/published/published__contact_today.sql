with contact_today as (

    select * from {{ ref('contact_today') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        contact_today.*,
        data_as_of.as_of as data_as_of
    from contact_today
    cross join data_as_of

)

select * from published
