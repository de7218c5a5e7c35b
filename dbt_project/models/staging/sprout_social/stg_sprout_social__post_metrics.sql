with

post_metrics as (

    select * from {{ source('raw_sprout_social', 'post_metrics') }}

),

cleaned as (

    select
        guid as post_id,
        profile_id,

        lower(network) as network,
        upper(post_type) as post_type,
        {{ blank_to_null('text') }} as post_text,
        perma_link,
        tags,

        impressions,
        engagements,
        reactions,
        comments,
        shares,
        link_clicks,
        video_views,

        created_at,
        _observed_at

    from post_metrics

)

select * from cleaned
