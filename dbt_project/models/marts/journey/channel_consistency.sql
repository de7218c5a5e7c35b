with contacts as (

    select * from {{ ref('int_journey__contacts') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

users as (

    select
        month,
        customer_id,
        count(distinct channel) as channels
    from contacts
    group by month, customer_id

),

by_channel as (

    select
        contacts.month,
        contacts.channel,
        count(*) as contacts,
        count(distinct contacts.customer_id) as customers,
        count(distinct case when users.channels > 1 then contacts.customer_id end) as customers_elsewhere_too,
        count(contacts.sentiment) as judged,
        count(*) filter (where contacts.sentiment = 'positive') as positive,
        count(*) filter (where contacts.sentiment = 'negative') as negative,
        avg(contacts.effort) as mean_effort,
        count(contacts.effort) as n_effort
    from contacts
    inner join users on contacts.month = users.month and contacts.customer_id = users.customer_id
    group by contacts.month, contacts.channel

),

with_others as (

    select
        *,
        cast(sum(judged) over (partition by month) - judged as bigint) as judged_elsewhere,
        cast(sum(positive) over (partition by month) - positive as bigint) as positive_elsewhere,
        cast(sum(negative) over (partition by month) - negative as bigint) as negative_elsewhere
    from by_channel

),

compared as (

    select
        *,
        {{ percent_of('positive - negative', 'judged') }} as net_sentiment,
        {{ percent_of('positive_elsewhere - negative_elsewhere', 'judged_elsewhere') }} as net_sentiment_elsewhere,
        100 * sqrt(
            {{ nps_variance('positive', 'negative', 'judged') }} / nullif(judged, 0)
            + {{ nps_variance('positive_elsewhere', 'negative_elsewhere', 'judged_elsewhere') }}
            / nullif(judged_elsewhere, 0)
        ) as standard_error
    from with_others

),

channel_consistency as (

    select
        compared.month,
        compared.channel,
        compared.contacts,
        compared.customers,
        compared.customers_elsewhere_too,
        compared.judged,
        compared.positive,
        compared.negative,
        compared.net_sentiment,
        {{ nps_low('compared.positive', 'compared.negative', 'compared.judged') }} as net_sentiment_low,
        {{ nps_high('compared.positive', 'compared.negative', 'compared.judged') }} as net_sentiment_high,
        compared.judged_elsewhere,
        compared.net_sentiment_elsewhere,
        compared.net_sentiment - compared.net_sentiment_elsewhere as gap,
        -- with few answers a gap is chance; the normal approximation is not tried then
        case
            when compared.judged >= {{ var('small_n') }} and compared.judged_elsewhere >= {{ var('small_n') }}
                then
                    abs(compared.net_sentiment - compared.net_sentiment_elsewhere)
                    > {{ z_95() }} * compared.standard_error
        end as is_inconsistent,
        compared.mean_effort,
        compared.n_effort,
        months.is_complete
    from compared
    inner join months on compared.month = months.period_start

)

select * from channel_consistency
