with closed_loop as (

    select * from {{ ref('closed_loop') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

counted as (

    select
        {{ month_of('said_at') }} as month,
        count(*) filter (where is_mature) as complaints,
        count(*) filter (where not is_mature) as n_immature,
        count(*) filter (where is_mature and case_id is not null) as with_case,
        count(*) filter (where is_mature and first_action_at is not null) as acted_on,
        count(*) filter (where is_mature and state = 'closed') as closed,
        count(*) filter (where is_mature and state = 'never_answered') as never_answered,
        count(*) filter (where is_mature and outcome <> 'not_asked_again') as asked_again,
        count(*) filter (where is_mature and outcome = 'won_back') as won_back,
        count(*) filter (where is_mature and is_escalated) as escalated,
        {{ percentile('case when is_mature then hours_to_act end', 0.5) }} as median_hours_to_act,
        {{ percentile('case when is_mature then hours_to_act end', 0.9) }} as p90_hours_to_act,
        sum(case when is_mature and state = 'never_answered' then value_at_risk else 0 end) as never_answered_value
    from closed_loop
    group by {{ month_of('said_at') }}

),

closed_loop_months as (

    select
        months.period_start as month,
        {% for count in [
            'complaints', 'n_immature', 'with_case', 'acted_on', 'closed', 'never_answered', 'asked_again', 'won_back',
            'escalated'
        ] -%}
            coalesce(counted.{{ count }}, 0) as {{ count }},
        {% endfor -%}
        {{ percent_of('counted.closed', 'counted.complaints') }} as closure_rate,
        {{ wilson_low('counted.closed', 'counted.complaints') }} as closure_rate_low,
        {{ wilson_high('counted.closed', 'counted.complaints') }} as closure_rate_high,
        {{ percent_of('counted.never_answered', 'counted.complaints') }} as never_answered_percent,
        {{ percent_of('counted.won_back', 'counted.asked_again') }} as won_back_percent,
        counted.median_hours_to_act,
        counted.p90_hours_to_act,
        coalesce(counted.never_answered_value, 0) as never_answered_value,
        months.is_complete
    from months
    left join counted on months.period_start = counted.month

)

select * from closed_loop_months
