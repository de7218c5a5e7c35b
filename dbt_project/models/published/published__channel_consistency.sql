with channel_consistency as (

    select * from {{ ref('channel_consistency') }}

),

data_as_of as (

    select * from {{ ref('data_as_of') }}

),

published as (

    select
        channel_consistency.*,
        data_as_of.as_of as data_as_of
    from channel_consistency
    cross join data_as_of

)

select * from published
