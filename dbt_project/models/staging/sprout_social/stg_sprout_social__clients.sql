with

clients as (

    select * from {{ source('raw_sprout_social', 'clients') }}

),

cleaned as (

    select
        id as client_id,
        name,
        _observed_at
    from clients

)

select * from cleaned
