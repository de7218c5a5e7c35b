with

profiles as (

    select * from {{ source('raw_sprout_social', 'profiles') }}

),

cleaned as (

    select
        id as profile_id,
        customer_id as client_id,
        group_id,
        {{ blank_to_null('native_id') }} as native_id,

        lower(network) as network,
        name,
        native_name,
        link,
        groups as group_ids,
        _observed_at
    from profiles

)

select * from cleaned
