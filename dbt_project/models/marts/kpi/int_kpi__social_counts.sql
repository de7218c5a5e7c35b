with posts as (

    select
        *,
        {{ local_date('posted_at') }} as posted_on
    from {{ ref('fct_social_posts') }}
    where not is_repost

),

period_days as (

    select * from {{ ref('int_kpi__period_days') }}

),

daily as (

    select
        posted_on,
        count(*) as all_posts,
        count(*) filter (where is_own_brand) as own_posts,
        sum(reach) filter (where is_own_brand) as reach,
        sum(engagements) filter (where is_own_brand) as engagements,
        count(sentiment) filter (where is_own_brand) as scored,
        count(*) filter (where is_own_brand and sentiment = 'positive') as positive,
        count(*) filter (where is_own_brand and sentiment = 'negative') as negative
    from posts
    group by posted_on

),

counts as (

    select
        period_days.grain,
        period_days.period_start,
        coalesce(sum(daily.all_posts), 0) as all_posts,
        coalesce(sum(daily.own_posts), 0) as own_posts,
        coalesce(sum(daily.reach), 0) as reach,
        coalesce(sum(daily.engagements), 0) as engagements,
        coalesce(sum(daily.scored), 0) as scored,
        coalesce(sum(daily.positive), 0) as positive,
        coalesce(sum(daily.negative), 0) as negative
    from period_days
    left join daily on period_days.on_day = daily.posted_on
    group by period_days.grain, period_days.period_start

)

select * from counts
