{#- Where the rows of customer relationship systems end (row_ends.sql). -#}

{% macro row_ends_of_crm() %}
{%- set deleted = {'deleted at the source': 'is_deleted'} %}
{{ return({
    'hubspot': {
        'contacts': {'people': ['contact_id']},
        'companies': {'fact': 'accounts', 'key': "'hubspot:' || company_id", 'left_out': deleted},
        'deals': {
            'fact': 'touchpoints', 'key': "'hubspot:' || deal_id", 'of': ['contacts', 'contact_id'],
            'from': '(select deals.*, people.contact_id from @stg_hubspot__deals as deals left join (select deal_id,'
                ~ ' min(contact_id) as contact_id from @stg_hubspot__deal_contact_links group by deal_id) as people'
                ~ ' on deals.deal_id = people.deal_id)',
            'left_out': {
                'deleted at the source': 'is_deleted',
                'neither won nor lost': "closed_at is null or not (is_closed_won or coalesce(deal_stage like '%lost%', false))",
            },
        },
        'deal_contacts': {'serves': 'the people of deals'},
        'contact_companies': {'serves': 'the company of a customer'},
    },
    'salesforce': {
        'accounts': {
            'model': 'account_records', 'fact': 'accounts', 'key': "'salesforce:' || account_id", 'left_out': deleted,
        },
        'contacts': {'people': ['contact_id']},
        'leads': {'people': ['lead_id']},
        'opportunities': {
            'fact': 'touchpoints', 'key': "'salesforce:' || opportunity_id", 'of': ['contacts', 'contact_id'],
            'from': '(select deals.*, people.contact_id from @stg_salesforce__opportunities as deals left join (select'
                ~ ' opportunity_id, min(contact_id) as contact_id from @stg_salesforce__opportunity_contact_roles'
                ~ ' where not is_deleted group by opportunity_id) as people on deals.opportunity_id = people.opportunity_id)',
            'left_out': {'deleted at the source': 'is_deleted', 'deal still open': 'not is_closed'},
        },
        'opportunity_contact_roles': {'serves': 'the people of deals'},
        'opportunity_line_items': {'unread': 'what was offered in a deal'},
        'cases': {
            'model': 'case_records', 'fact': 'cases', 'key': "'salesforce:' || case_id",
            'names': "case when contact_id is null then " ~ node_id('salesforce', 'cases', ['case_id']) ~ " else "
                ~ node_id('salesforce', 'contacts', ['contact_id']) ~ " end",
        },
        'campaigns': {
            'fact': 'campaign_spend', 'key': "'salesforce:' || campaign_id || '/' || cast(start_on as " ~ dbt.type_string() ~ ")",
            'left_out': {
                'deleted at the source': 'is_deleted',
                'no cost or no first day told': 'start_on is null or not coalesce(actual_cost > 0, false)',
            },
        },
        'campaign_members': {
            'fact': 'touchpoints', 'key': "'salesforce:' || campaign_member_id",
            'names': "coalesce(" ~ node_id('salesforce', 'contacts', ['contact_id']) ~ ", "
                ~ node_id('salesforce', 'leads', ['lead_id']) ~ ")",
            'left_out': {
                'deleted at the source': 'is_deleted',
                'has not answered': 'not has_responded or first_responded_on is null',
            },
        },
        'tasks': {
            'fact': 'touchpoints', 'key': "'salesforce:' || task_id",
            'names': "case when who_id like '00Q%' then " ~ node_id('salesforce', 'leads', ['who_id']) ~ " else "
                ~ node_id('salesforce', 'contacts', ['who_id']) ~ " end",
            'left_out': {
                'deleted at the source': 'is_deleted',
                'still to be done': 'not is_closed',
                'neither call nor mail':
                    "not (coalesce(subtype in ('call', 'email'), false) or coalesce(call_type in ('inbound', 'outbound'), false))",
            },
        },
        'users': {'unread': 'colleagues'},
    },
}) }}
{% endmacro %}
