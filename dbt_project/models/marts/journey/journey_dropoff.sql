with first_touches as (

    select * from {{ ref('int_journey__first_touches') }}

),

touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

history as (

    select * from {{ ref('profile_history') }} where profile = 'advocate'

),

web_sessions as (

    select * from {{ ref('fct_web_sessions') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

bought_again as (

    select
        touchpoints.customer_id,
        min(touchpoints.occurred_at) as bought_again_at
    from touchpoints
    inner join first_touches on touchpoints.customer_id = first_touches.customer_id
    where
        touchpoints.touchpoint in ('order placed', 'subscription started', 'subscription renewed')
        and touchpoints.outcome in ('paid', 'refunded')
        and touchpoints.occurred_at > {{ plus_days('first_touches.became_customer_at', 1) }}
    group by touchpoints.customer_id

),

became_advocates as (

    select
        history.customer_id,
        min(history.valid_from) as advocate_at
    from history
    inner join first_touches on history.customer_id = first_touches.customer_id
    where history.valid_from >= first_touches.became_customer_at
    group by history.customer_id

),

people as (

    select
        first_touches.customer_id,
        first_touches.first_touch_channel,
        first_touches.told_by,
        first_touches.first_touch_at,
        first_touches.became_customer_at,
        bought_again.bought_again_at,
        became_advocates.advocate_at
    from first_touches
    left join bought_again on first_touches.customer_id = bought_again.customer_id
    left join became_advocates on first_touches.customer_id = became_advocates.customer_id

),

-- who was where from when on, and when they reached what comes next
tries as (

    {% for from_step, to_step, from_at, to_at, days in [
        ('met us', 'bought', 'first_touch_at', 'became_customer_at', 30),
        ('met us', 'bought', 'first_touch_at', 'became_customer_at', 90),
        ('bought', 'bought again', 'became_customer_at', 'bought_again_at', 90),
        ('bought', 'bought again', 'became_customer_at', 'bought_again_at', 365),
        ('bought', 'recommends us', 'became_customer_at', 'advocate_at', 365),
    ] -%}
        select
            'customer' as funnel,
            '{{ from_step }}' as from_step,
            '{{ to_step }}' as to_step,
            {{ days }} as window_days,
            first_touch_channel,
            {{ from_at }} as started_at,
            {{ to_at }} as reached_at
        from people
        -- whose first trace is the purchase has not been seen on the way to it
        where {{ from_at }} is not null and ('{{ from_step }}' <> 'met us' or told_by <> 'nobody')
        union all
    {% endfor -%}
    {% for from_step, to_step, was_there, went_on in [
        ('visited', 'looked at more pages', 'true', 'page_views > 1 or has_cart or has_purchase'),
        ('looked at more pages', 'filled a cart', 'page_views > 1 or has_cart or has_purchase', 'has_cart or has_purchase'),
        ('filled a cart', 'ordered', 'has_cart or has_purchase', 'has_purchase'),
    ] -%}
        select
            'web_visit' as funnel,
            '{{ from_step }}' as from_step,
            '{{ to_step }}' as to_step,
            0 as window_days,
            case
                when utm_medium is null then 'unknown' when utm_medium = 'cpc' then 'paid_search' else lower(utm_medium)
            end as first_touch_channel,
            started_at,
            case when {{ went_on }} then started_at end as reached_at
        from web_sessions
        where {{ was_there }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

judged as (

    select
        tries.*,
        {{ month_of('tries.started_at') }} as month,
        {{ days_after('tries.started_at', 'tries.window_days') }} <= as_of.as_of as is_mature,
        tries.reached_at <= {{ days_after('tries.started_at', 'tries.window_days') }} as is_in_time
    from tries
    cross join as_of

),

counted as (

    {% for segment_type, segment in [('all', "'all'"), ('first_touch_channel', 'first_touch_channel')] -%}
        select
            funnel,
            month,
            '{{ segment_type }}' as segment_type,
            {{ segment }} as segment,
            from_step,
            to_step,
            window_days,
            count(*) filter (where is_mature) as entered,
            count(*) filter (where is_mature and is_in_time) as reached,
            count(*) filter (where not is_mature) as n_immature,
            count(*) filter (where not is_mature and is_in_time) as reached_immature
        from judged
        group by funnel, month, {{ segment ~ ', ' if segment_type != 'all' else '' }}from_step, to_step, window_days
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

journey_dropoff as (

    select
        funnel,
        month,
        segment_type,
        segment,
        from_step,
        to_step,
        window_days,
        entered,
        reached,
        entered - reached as dropped,
        {{ percent_of('reached', 'entered') }} as reached_percent,
        {{ wilson_low('reached', 'entered') }} as reached_percent_low,
        {{ wilson_high('reached', 'entered') }} as reached_percent_high,
        n_immature,
        reached_immature
    from counted

)

select * from journey_dropoff
