with

mentions as (

    select * from {{ ref('stg_brandwatch__mentions') }}

),

social_posts as (

    select * from {{ ref('fct_social_posts') }}
    where is_own_brand and not is_repost

),

posts as (

    select
        social_posts.post_id as feedback_id,
        {{ node_id('brandwatch', 'mentions', ['mentions.resource_id', 'mentions.query_id']) }} as node_id,
        social_posts.source,

        'social' as channel,
        'post' as kind,
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as survey_id,
        cast(null as {{ dbt.type_string() }}) as question_id,

        cast(null as double) as score,
        cast(null as double) as scale_min,
        cast(null as double) as scale_max,
        cast(null as {{ dbt.type_string() }}) as polarity,
        cast(null as double) as top_box_min,
        social_posts.sentiment as vendor_sentiment,
        coalesce(mentions.snippet, mentions.title) as comment,

        social_posts.posted_at as responded_at,
        cast(null as {{ dbt.type_string() }}) as case_id

    from mentions
    inner join social_posts
        on 'brandwatch:' || {{ record_key(['mentions.resource_id', 'mentions.query_id']) }} = social_posts.post_id

)

select * from posts
