with

mentions as (

    select * from {{ ref('stg_brandwatch__mentions') }}

),

queries as (

    select * from {{ ref('stg_brandwatch__queries') }}

),

brands as (

    select * from {{ ref('brands') }}
    where source = 'brandwatch'

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

named_mentions as (

    select
        mentions.*,
        {{ node_id('brandwatch', 'mentions', ['mentions.resource_id', 'mentions.query_id']) }} as node_id,
        coalesce(mentions.query_name, queries.query_name) as brand_query
    from mentions
    left join queries on mentions.query_id = queries.query_id

),

posts as (

    select
        'brandwatch:' || {{ record_key(['named_mentions.resource_id', 'named_mentions.query_id']) }} as post_id,
        members.customer_id,
        'brandwatch' as source,

        coalesce(brands.brand, named_mentions.brand_query) as brand,
        coalesce(brands.is_own_brand, false) as is_own_brand,
        -- an unknown author stays one author without being named
        coalesce(members.customer_id, 'brandwatch:' || {{ dbt.hash('named_mentions.author') }}, named_mentions.node_id)
            as author_ref,
        coalesce(named_mentions.posted_at, named_mentions.added_at) as posted_at,

        case
            when named_mentions.sentiment in ('positive', 'neutral', 'negative') then named_mentions.sentiment
        end as sentiment,
        named_mentions.reach_estimate as reach,
        named_mentions.impressions,
        coalesce(named_mentions.likes, 0) + coalesce(named_mentions.shares, 0) + coalesce(named_mentions.comments, 0)
            as engagements,
        named_mentions.is_repost,
        named_mentions.page_type

    from named_mentions
    left join brands on named_mentions.brand_query = brands.query_name
    left join members on named_mentions.node_id = members.node_id

)

select * from posts
