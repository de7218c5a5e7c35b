{{ config(materialized='table') }}

-- Who visitors turned out to be. Duplicates do no harm here, so the events are read where they need no sorting.

with

told as (

    select
        user_id,
        email_sha256,
        occurred_at
    from {{ ref('stg_web_events__snowplow_events') }}
    where user_id is not null or email_sha256 is not null
    union all
    select
        user_id,
        email_sha256,
        occurred_at
    from {{ ref('stg_web_events__ga4_events') }}
    where not is_superseded and (user_id is not null or email_sha256 is not null)

),

pairs as (

    select distinct
        user_id,
        email_sha256
    from told
    where user_id is not null and email_sha256 is not null

),

-- an address told with one user alone is that user's; told with two it is nobody's
owned_hashes as (

    select
        email_sha256,
        min(user_id) as user_id
    from pairs
    group by email_sha256
    having count(*) = 1

),

own_hashes as (

    select
        user_id,
        min(email_sha256) as email_sha256
    from owned_hashes
    group by user_id
    having count(*) = 1

),

keys as (

    select
        user_id as user_key,
        user_id,
        cast(null as {{ dbt.type_string() }}) as email_sha256,
        occurred_at
    from told
    where user_id is not null
    union all
    select
        email_sha256 as user_key,
        cast(null as {{ dbt.type_string() }}) as user_id,
        email_sha256,
        occurred_at
    from told
    where email_sha256 is not null

),

users as (

    select
        keys.user_key,
        max(coalesce(keys.user_id, owned_hashes.user_id)) as user_id,
        max(coalesce(keys.email_sha256, own_hashes.email_sha256)) as email_sha256,
        max(coalesce(keys.user_id, owned_hashes.user_id, keys.email_sha256)) as person_key,
        min(keys.occurred_at) as first_seen_at,
        max(keys.occurred_at) as last_seen_at
    from keys
    left join owned_hashes on keys.email_sha256 = owned_hashes.email_sha256
    left join own_hashes on keys.user_id = own_hashes.user_id
    group by keys.user_key

)

select * from users
