with bridge as (

    select * from {{ ref('mrr_bridge') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        bridge.*,
        data_as_of.as_of as data_as_of
    from bridge
    cross join data_as_of

)

select * from published
