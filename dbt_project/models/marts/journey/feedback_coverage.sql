with contacts as (

    select * from {{ ref('int_journey__contacts') }} where direction = 'inbound'

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

counted as (

    select
        contacts.month,
        contacts.stage,
        contacts.channel,
        contacts.touchpoint,
        count(*) as contacts,
        count(contacts.sentiment) as judged,
        count(*) filter (where {{ plus_days('contacts.occurred_at', 30) }} <= as_of.as_of) as mature,
        count(*) filter (
            where
            {{ plus_days('contacts.occurred_at', 30) }} <= as_of.as_of
            and (
                contacts.sentiment is not null
                or contacts.next_answer_at <= {{ plus_days('contacts.occurred_at', 30) }}
            )
        ) as answered_in_30_days
    from contacts
    cross join as_of
    group by contacts.month, contacts.stage, contacts.channel, contacts.touchpoint

),

feedback_coverage as (

    select
        month,
        stage,
        channel,
        touchpoint,
        contacts,
        judged,
        {{ percent_of('judged', 'contacts') }} as judged_percent,
        mature,
        answered_in_30_days,
        {{ percent_of('answered_in_30_days', 'mature') }} as answered_percent,
        judged = 0 as is_blind_spot
    from counted

)

select * from feedback_coverage
