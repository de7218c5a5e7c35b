with

mentions as (

    select * from {{ ref('stg_brandwatch__mentions') }}
    where not is_deleted

),

queries as (

    select * from {{ ref('stg_brandwatch__queries') }}

),

brands as (

    select * from {{ ref('brands') }}
    where source = 'brandwatch'

),

named_mentions as (

    select
        mentions.*,
        coalesce(mentions.query_name, queries.query_name) as brand_query
    from mentions
    left join queries on mentions.query_id = queries.query_id

),

social_posts as (

    select
        'brandwatch:' || {{ record_key(['named_mentions.resource_id', 'named_mentions.query_id']) }} as post_id,
        {{ node_id('brandwatch', 'mentions', ['named_mentions.resource_id', 'named_mentions.query_id']) }} as node_id,
        'brandwatch' as source,

        coalesce(brands.brand, named_mentions.brand_query) as brand,
        coalesce(brands.is_own_brand, false) as is_own_brand,
        -- an unknown author stays one author without being named
        'brandwatch:' || {{ dbt.hash('named_mentions.author') }} as author_ref,
        coalesce(named_mentions.posted_at, named_mentions.added_at) as posted_at,

        case
            when named_mentions.sentiment in ('positive', 'neutral', 'negative') then named_mentions.sentiment
        end as sentiment,
        named_mentions.reach_estimate as reach,
        named_mentions.impressions,
        coalesce(named_mentions.likes, 0) + coalesce(named_mentions.shares, 0) + coalesce(named_mentions.comments, 0)
            as engagements,
        named_mentions.is_repost,
        named_mentions.page_type,
        coalesce(named_mentions.snippet, named_mentions.title) as comment

    from named_mentions
    left join brands on named_mentions.brand_query = brands.query_name

)

select * from social_posts
