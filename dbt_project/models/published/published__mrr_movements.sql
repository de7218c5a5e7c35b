with movements as (

    select * from {{ ref('mrr_movements') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        movements.*,
        data_as_of.as_of as data_as_of
    from movements
    cross join data_as_of

)

select * from published
