with signals as (

    select * from {{ ref('int_customer__signals') }}

),

by_customer as (

    select
        customer_id,
        max(vote) filter (where is_newest_opinion) as opinion,
        max(signal) filter (where is_newest_opinion) as opinion_signal,
        max(vote) filter (where signal = 'nps' and is_newest_of_its_kind) as recommendation,
        count(*) filter (where is_public and vote = 1) as praising_posts,
        coalesce(max(said_at) filter (where is_newest_opinion), max(said_at)) as profile_since_at
    from signals
    group by customer_id

),

judged as (

    select
        *,
        opinion = 1 and recommendation = 1 as is_promoter,
        opinion = 1 and recommendation is null and praising_posts > 0 as is_praising
    from by_customer

),

profiles as (

    select
        customer_id,
        case
            when opinion = -1 then 'negative'
            when is_promoter or is_praising then 'advocate'
            else 'non_committal'
        end as profile,
        case
            when opinion = -1 then 'newest opinion negative: ' || opinion_signal
            when is_promoter then 'would recommend: nps promoter'
            when is_praising then 'recommends in public: positive post'
            when opinion = 1 then 'content, does not recommend: ' || opinion_signal
            else 'only neutral answers'
        end as profile_reason,
        profile_since_at
    from judged

)

select * from profiles
