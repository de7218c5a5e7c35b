with feedback as (

    select * from {{ ref('fct_feedback') }} where customer_id is not null

),

cases as (

    select * from {{ ref('fct_cases') }} where customer_id is not null and not is_deleted

),

subscriptions as (

    select * from {{ ref('fct_subscriptions') }} where customer_id is not null

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }} where customer_id is not null

),

rules as (

    select * from {{ ref('profile_rules') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

said as (

    select
        customer_id,
        feedback_id as reference,
        case
            when metric is not null then metric
            when kind = 'post' then 'post'
            else 'message'
        end as signal,
        metric,
        sentiment,
        score,
        top_box_min,
        case polarity
            when 'effort_high' then scale_max - score
            else score - scale_min
        end / (scale_max - scale_min) as goodness,
        responded_at as said_at
    from feedback
    where case when metric is null then sentiment is not null else score is not null end

),

banded as (

    select
        customer_id,
        reference,
        signal,
        case metric
            when 'nps' then {{ nps_band('score') }}
            when 'csat' then case when score >= top_box_min then 'top' when goodness <= 0.25 then 'bottom' else 'middle' end
            when 'ces'
                then case when goodness >= 2.0 / 3 then 'top' when goodness <= 1.0 / 3 then 'bottom' else 'middle' end
            when 'good_bad' then case when score >= top_box_min then 'top' else 'bottom' end
            else sentiment
        end as band,
        said_at
    from said

),

urgent_cases as (

    select
        customer_id,
        case_id as reference,
        'complaint' as signal,
        'urgent' as band,
        opened_at as said_at
    from cases
    where priority = 'urgent'

),

-- a case that was opened again had not been solved when we said so
failed_solutions as (

    select
        customer_id,
        case_id as reference,
        'complaint' as signal,
        'not_solved' as band,
        first_solved_at as said_at
    from cases
    where reopens > 0 and first_solved_at is not null

),

paid_subscriptions as (

    select
        subscription_id,
        min(period_start_at) as first_paid_at
    from paid_periods
    group by subscription_id

),

-- who ends a trial has not left, and whose card failed has not said anything
cancellations as (

    select
        subscriptions.customer_id,
        subscriptions.subscription_id as reference,
        'churn' as signal,
        'cancelled' as band,
        subscriptions.canceled_at as said_at
    from subscriptions
    inner join paid_subscriptions on subscriptions.subscription_id = paid_subscriptions.subscription_id
    where
        subscriptions.canceled_at >= paid_subscriptions.first_paid_at
        and coalesce(subscriptions.cancellation_reason, '') not in ('payment_failed', 'payment_disputed')

),

payment_gaps as (

    select
        customer_id,
        billing_period_id as reference,
        period_start_at as said_at,
        max(period_end_at) over (
            partition by customer_id
            order by period_start_at, billing_period_id
            rows between unbounded preceding and 1 preceding
        ) as paid_until_at
    from paid_periods

),

returns as (

    select
        customer_id,
        reference,
        'churn' as signal,
        'returned' as band,
        said_at
    from payment_gaps
    where said_at > {{ plus_days('paid_until_at', 1) }}

),

signals as (

    {% for name in ['banded', 'urgent_cases', 'failed_solutions', 'cancellations', 'returns'] -%}
        select
            customer_id,
            reference,
            signal,
            band,
            said_at
        from {{ name }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

judged as (

    select
        signals.customer_id,
        signals.reference,
        signals.signal,
        signals.band,
        rules.vote,
        rules.recommends,
        rules.reason_code,
        rules.reason,
        rules.rules_version,
        signals.said_at,
        {{ days_after('signals.said_at', 'rules.holds_days') }} as holds_until
    from signals
    cross join as_of
    inner join rules
        on
            signals.signal = rules.signal
            and signals.band = rules.band
            and {{ local_date('signals.said_at') }} >= rules.valid_from
            and (rules.valid_to is null or {{ local_date('signals.said_at') }} < rules.valid_to)
    where signals.said_at <= as_of.as_of

),

-- of what is said at one instant the worst is heard last, and so is what counts
numbered as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by said_at asc, vote desc, reference asc
        ) as signal_no
    from judged

)

select * from numbered
