with closed_loop_months as (

    select * from {{ ref('closed_loop_months') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        closed_loop_months.*,
        data_as_of.as_of as data_as_of
    from closed_loop_months
    cross join data_as_of

)

select * from published
