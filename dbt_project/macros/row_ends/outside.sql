{#- Where the rows of social networks, mail, letters, the web and partners' files end (row_ends.sql). -#}

{% macro row_ends_of_outside() %}
{%- set deleted = {'deleted at the source': 'is_deleted'} %}
{%- set withdrawn = {'taken back by a newer file': 'is_withdrawn'} %}
{{ return({
    'brandwatch': {
        'projects': {'unread': 'our own searches'},
        'queries': {'serves': 'the brand of posts'},
        'mentions': {
            'fact': 'social_posts', 'key': "'brandwatch:' || " ~ record_key(['resource_id', 'query_id']),
            'names': "case when author is not null then " ~ node_id('brandwatch', 'mentions', ['resource_id', 'query_id']) ~ " end",
            'left_out': deleted,
        },
    },
    'sprout_social': {
        'clients': {'serves': 'the brand of posts'},
        'profiles': {'serves': 'the brand of posts'},
        'messages': {
            'fact': 'feedback, social_posts',
            'fact_by': "case when message_kind = 'mention' then 'social_posts' else 'feedback' end",
            'key': "'sprout_social:' || message_id",
            'names': "case when author_handle is not null then " ~ node_id('sprout_social', 'messages', ['message_id']) ~ " end",
            'left_out': {
                'deleted at the source': 'is_deleted',
                'our own post': "message_kind = 'own'",
                'passed on, not said': 'is_repost',
            },
        },
        'post_metrics': {'unread': 'how our own posts did'},
        'profile_metrics': {'unread': 'how our own profiles did'},
    },
    'mailbox': {
        'messages': {
            'fact': 'feedback', 'key': "'mailbox:' || mail_id", 'of': ['messages', 'mail_id'],
            'left_out': {'written by a machine, a list or us': "kind <> 'person'"},
        },
    },
    'letters': {
        'letters': {
            'fact': 'feedback, touchpoints',
            'fact_by': "case when is_repeat then 'touchpoints' else 'feedback' end", 'key': "'letters:' || letter_id",
            'of': ['letters', 'letter_id'],
            'left_out': {'deleted at the source': 'is_deleted', 'has no date': 'received_on is null'},
        },
    },
    'web_events': {
        'snowplow_events': {'fact': 'web_sessions', 'counted': web_events_in_sessions(
            'snowplow', 'snowplow_events', 'count(*) - count(distinct event_id)'
        )},
        'ga4_events': {'fact': 'web_sessions', 'counted': web_events_in_sessions(
            'ga4', 'ga4_events', 'count(case when is_superseded then 1 end)'
        )},
    },
    'file_drops': {
        'customers': {'people': ['outlet_customer_id']},
        'spend': {
            'fact': 'campaign_spend', 'key': "'file_drops:' || campaign_id || '/' || cast(spent_on as " ~ dbt.type_string() ~ ")",
            'left_out': withdrawn,
        },
        'call_ratings': {
            'fact': 'feedback', 'key': "'file_drops:' || rating_id", 'of': ['call_ratings', 'rating_id'],
            'left_out': {'taken back by a newer file': 'is_withdrawn', 'asked and not answered': 'score is null'},
        },
    },
}) }}
{% endmacro %}


{#- A tool's web events by the sessions they make up. A session is a machine's when one of its events is. -#}
{% macro web_events_in_sessions(tool, resource, sent_again) -%}
    select
        'web_sessions' as fact,
        session_id as reference,
        case when is_bot then 'made by a machine' end as cause,
        {{ node_id('web_events', 'users', ['person_key']) }} as node_id,
        events as row_count
    from @stg_web_events__sessions
    where tool = '{{ tool }}'
    union all
    select
        'web_sessions' as fact,
        cast(null as {{ dbt.type_string() }}) as reference,
        'sent again' as cause,
        cast(null as {{ dbt.type_string() }}) as node_id,
        {{ sent_again }} as row_count
    from @stg_web_events__{{ resource }}
    union all
    select
        'web_sessions' as fact,
        cast(null as {{ dbt.type_string() }}) as reference,
        'visitor refused cookies' as cause,
        cast(null as {{ dbt.type_string() }}) as node_id,
        count(*) as row_count
    from @stg_web_events__events
    where tool = '{{ tool }}' and visitor_id is null
{%- endmacro %}
