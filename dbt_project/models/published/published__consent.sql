with

consent as (

    select * from {{ ref('consent') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        consent.*,
        data_as_of.as_of as data_as_of
    from consent
    cross join data_as_of

)

select * from published
