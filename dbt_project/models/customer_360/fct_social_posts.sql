with

social_posts as (

    {{ rows_of('social_post_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

with_customer as (

    select
        social_posts.post_id,
        members.customer_id,
        social_posts.source,

        social_posts.brand,
        social_posts.is_own_brand,
        coalesce(members.customer_id, social_posts.author_ref, social_posts.node_id) as author_ref,
        social_posts.posted_at,

        social_posts.sentiment,
        social_posts.reach,
        social_posts.impressions,
        social_posts.engagements,
        social_posts.is_repost,
        social_posts.page_type

    from social_posts
    left join members on social_posts.node_id = members.node_id

)

select * from with_customer
