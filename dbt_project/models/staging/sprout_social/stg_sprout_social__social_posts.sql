with

messages as (

    select * from {{ ref('stg_sprout_social__messages') }}
    where message_kind = 'mention' and not is_deleted

),

profiles as (

    select * from {{ ref('stg_sprout_social__profiles') }}

),

clients as (

    select * from {{ ref('stg_sprout_social__clients') }}

),

-- a profile that is no longer connected was one of ours all the same
first_client as (

    select min(name) as name
    from clients

),

posts as (

    select
        'sprout_social:' || messages.message_id as post_id,
        {{ node_id('sprout_social', 'messages', ['messages.message_id']) }} as node_id,
        'sprout_social' as source,

        coalesce(clients.name, first_client.name) as brand,
        -- Sprout tells of our own profiles only
        true as is_own_brand,
        'sprout_social:' || {{ dbt.hash('coalesce(messages.author_guid, messages.message_id)') }} as author_ref,
        messages.created_at as posted_at,

        messages.sentiment,
        cast(null as bigint) as reach,
        cast(null as bigint) as impressions,
        cast(null as bigint) as engagements,
        messages.is_repost,
        messages.network as page_type,
        messages.message_text as comment

    from messages
    left join profiles on messages.profile_id = profiles.profile_id
    left join clients on profiles.client_id = clients.client_id
    cross join first_client

)

select * from posts
