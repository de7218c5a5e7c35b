with

events as (

    select * from {{ source('raw_stripe', 'events') }}

),

cleaned as (

    select
        id as event_id,
        object_id,

        type as event_type,
        object_type,
        api_version,

        not coalesce(livemode, true) as is_test_mode,

        created_at,
        _observed_at

    from events

)

select * from cleaned
