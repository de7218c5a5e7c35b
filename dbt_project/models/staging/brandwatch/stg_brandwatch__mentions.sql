with

mentions as (

    select * from {{ source('raw_brandwatch', 'mentions') }}

),

listed_keys as (

    select * from {{ source('raw_brandwatch', 'mentions_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_brandwatch', 'mentions') }}

),

cleaned as (

    select
        mentions.resource_id,
        mentions.query_id,
        {{ blank_to_null('reply_to') }} as reply_to,
        {{ blank_to_null('repost_of') }} as repost_of,
        {{ blank_to_null('thread_id') }} as thread_id,

        query_name,
        {{ social_handle('author') }} as author,
        {{ blank_to_null('full_name') }} as full_name,
        {{ blank_to_null('title') }} as title,
        {{ blank_to_null('snippet') }} as snippet,
        url,
        domain,
        lower({{ blank_to_null('page_type') }}) as page_type,
        language,
        country_code,
        lower({{ blank_to_null('sentiment') }}) as sentiment,
        categories,
        tags,

        reach_estimate,
        impact,
        impressions,
        likes,
        shares,
        comments,

        coalesce(starred, false) as is_starred,
        {{ blank_to_null('repost_of') }} is not null as is_repost,
        {{ is_missing_from_listing(
            'mentions._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        posted_at,
        added_at,
        updated_at,
        mentions._observed_at

    from mentions
    left join listed_keys
        on mentions.resource_id = listed_keys.resource_id and cast(mentions.query_id as varchar) = listed_keys.query_id
    cross join newest_listing

)

select * from cleaned
