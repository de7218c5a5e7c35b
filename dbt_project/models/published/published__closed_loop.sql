with closed_loop as (

    select * from {{ ref('closed_loop') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        closed_loop.*,
        data_as_of.as_of as data_as_of
    from closed_loop
    cross join data_as_of

)

select * from published
