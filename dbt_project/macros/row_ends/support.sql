{#- Where the rows of support and chat end (row_ends.sql). -#}

{% macro row_ends_of_support() %}
{%- set deleted = {'deleted at the source': 'is_deleted'} %}
{{ return({
    'zendesk_support': {
        'users': {
            'people': ['user_id'], 'left_out': {'colleague': "coalesce(role, 'end-user') <> 'end-user'"},
        },
        'tickets': {'fact': 'cases', 'key': "'zendesk_support:' || ticket_id", 'of': ['users', 'requester_id']},
        'satisfaction_ratings': {
            'fact': 'feedback', 'key': "'zendesk_support:' || rating_id", 'of': ['users', 'requester_id'],
            'left_out': {'asked and not answered': "coalesce(score not in ('good', 'bad'), true)"},
        },
    },
    'zendesk_chat': {
        'agents': {'unread': 'colleagues'},
        'departments': {'unread': 'colleagues: a chat names its department itself'},
        'chats': {
            'fact': 'cases, touchpoints',
            'fact_by': "case when is_case then 'cases' else 'touchpoints' end", 'key': "'zendesk_chat:' || chat_id",
            'of': ['visitors', 'visitor_id'],
            'left_out': {
                'deleted at the source': 'is_deleted',
                'told by the ticket it became': 'not is_case and zendesk_ticket_id is not null',
            },
        },
    },
    'intercom': {
        'admins': {'unread': 'colleagues'},
        'teams': {'serves': 'whether a conversation is a case'},
        'companies': {'fact': 'accounts', 'key': "'intercom:' || company_ref"},
        'contacts': {'people': ['contact_id']},
        'conversations': {
            'fact': 'cases, touchpoints',
            'fact_by': "case when is_case then 'cases' else 'touchpoints' end", 'key': "'intercom:' || conversation_id",
            'of': ['contacts', 'contact_id'], 'left_out': deleted,
        },
        'conversation_parts': {
            'fact': 'cases, touchpoints',
            'fact_by': "case when is_case then 'cases' else 'touchpoints' end", 'key': "'intercom:' || conversation_id",
            'of': ['contacts', 'contact_id'],
            'from': '(select conversations.* from @stg_intercom__conversation_parts as parts left join'
                ~ ' @stg_intercom__conversations as conversations on parts.conversation_id = conversations.conversation_id)',
            'left_out': {
                'deleted at the source': 'is_deleted', 'of a conversation that is not there': 'conversation_id is null',
            },
        },
    },
}) }}
{% endmacro %}
