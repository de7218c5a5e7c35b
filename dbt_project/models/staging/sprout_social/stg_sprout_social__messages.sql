with

messages as (

    select * from {{ source('raw_sprout_social', 'messages') }}

),

listed_keys as (

    select * from {{ source('raw_sprout_social', 'messages_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_sprout_social', 'messages') }}

),

cleaned as (

    select
        messages.guid as message_id,
        profile_id,
        group_id,
        {{ blank_to_null('profile_guid') }} as profile_guid,
        {{ blank_to_null('from_guid') }} as author_guid,
        sent_by_id,

        lower(network) as network,
        upper(post_category) as post_category,
        upper(post_type) as post_type,
        {{ blank_to_null('from_name') }} as author_name,
        {{ social_handle('from_screen_name') }} as author_handle,
        {{ blank_to_null('text') }} as message_text,
        perma_link,
        language,
        case
            when lower(sentiment) in ('positive', 'neutral', 'negative') then lower(sentiment)
        end as sentiment,
        tags,

        {{ try_cast(json_text('activity', 'first_reply.time_elapsed'), 'bigint') }} as first_reply_seconds,

        coalesce(sent_by_id is not null or from_guid = profile_guid, false) as is_own,
        coalesce(
            upper(post_category) like '%DIRECT%' or upper(post_type) like '%DIRECT_MESSAGE%'
            or upper(post_category) like '%PRIVATE%' or upper(post_type) like '%PRIVATE%', false
        ) as is_private,
        coalesce(
            upper(post_category) like '%COMMENT%' or upper(post_type) like '%COMMENT%' or upper(post_type) like '%REPLY%',
            false
        ) as is_comment,
        coalesce(upper(post_type) like '%RETWEET%' or upper(post_type) like '%REPOST%', false) as is_repost,

        {{ is_missing_from_listing(
            'messages._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        created_at,
        messages._observed_at

    from messages
    left join listed_keys on messages.guid = listed_keys.guid
    cross join newest_listing

),

-- what others write is private, under a post of ours, or a public post of their own that names us
sorted as (

    select
        *,
        case
            when is_own then 'own'
            when is_private then 'private'
            when is_comment then 'comment'
            else 'mention'
        end as message_kind
    from cleaned

)

select * from sorted
