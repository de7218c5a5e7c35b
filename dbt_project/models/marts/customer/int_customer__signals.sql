with feedback as (

    select * from {{ ref('fct_feedback') }} where customer_id is not null

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

recent as (

    select
        feedback.*,
        case feedback.polarity
            when 'effort_high' then feedback.scale_max - feedback.score
            else feedback.score - feedback.scale_min
        end / (feedback.scale_max - feedback.scale_min) as goodness
    from feedback
    cross join as_of
    where feedback.responded_at > {{ plus_days('as_of.as_of', -1 * var('profile_window_days')) }}

),

-- 1 speaks for us, -1 against us, 0 for neither; docs/decisions.md gives the rule
voted as (

    select
        customer_id,
        feedback_id,
        coalesce(metric, 'sentiment') as signal,
        kind = 'post' as is_public,
        case metric
            when 'nps'
                then
                    case {{ nps_band('score') }}
                        when 'promoter' then 1 when 'passive' then 0 when 'detractor' then -1
                    end
            when 'csat'
                then
                    case when score >= top_box_min then 1 when goodness <= 0.25 then -1 else 0 end
            when 'ces'
                then
                    case when goodness >= 2.0 / 3 then 1 when goodness <= 1.0 / 3 then -1 else 0 end
            when 'good_bad'
                then
                    case when score >= top_box_min then 1 else -1 end
            else
                case sentiment when 'positive' then 1 when 'neutral' then 0 when 'negative' then -1 end
        end as vote,
        responded_at as said_at
    from recent
    where
        coalesce(metric, sentiment) is not null
        and (metric is null or score is not null)

),

signals as (

    select
        customer_id,
        feedback_id,
        signal,
        is_public,
        vote,
        row_number() over (
            partition by customer_id
            order by abs(vote) desc, said_at desc, feedback_id desc
        ) = 1 and vote <> 0 as is_newest_opinion,
        row_number() over (
            partition by customer_id, signal
            order by said_at desc, feedback_id desc
        ) = 1 as is_newest_of_its_kind,
        said_at
    from voted
    where vote is not null

)

select * from signals
