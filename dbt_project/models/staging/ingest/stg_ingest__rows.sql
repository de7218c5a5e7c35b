{%- set tables = {
    'hubspot': ['contacts', 'companies', 'deals', 'deal_contacts', 'contact_companies'],
    'business_central': [
        'companies', 'customers', 'items', 'sales_orders', 'sales_invoices', 'sales_credit_memos', 'customer_payments'
    ],
    'stripe': ['customers', 'products', 'prices', 'subscriptions', 'invoices', 'charges', 'refunds', 'events'],
    'surveymonkey': ['surveys', 'survey_details', 'responses'],
    'zendesk_support': ['users', 'tickets', 'satisfaction_ratings'],
    'brandwatch': ['projects', 'queries', 'mentions'],
    'salesforce': [
        'accounts', 'contacts', 'leads', 'opportunities', 'opportunity_contact_roles', 'opportunity_line_items',
        'cases', 'campaigns', 'campaign_members', 'tasks', 'users'
    ],
    'netsuite': [
        'currencies', 'customers', 'addresses', 'items', 'transactions', 'transaction_lines', 'deleted_records'
    ],
    'erp_postgres': [
        'countries', 'currencies', 'partners', 'product_templates', 'products', 'sale_orders', 'sale_order_lines',
        'account_moves'
    ],
    'chargebee': ['customers', 'item_prices', 'subscriptions', 'invoices', 'credit_notes'],
    'qualtrics': ['surveys', 'survey_definitions', 'responses'],
    'zendesk_chat': ['agents', 'departments', 'chats'],
    'intercom': ['admins', 'teams', 'companies', 'contacts', 'conversations', 'conversation_parts'],
    'sprout_social': ['clients', 'profiles', 'messages', 'post_metrics', 'profile_metrics'],
    'mailbox': ['messages'],
    'letters': ['letters'],
    'web_events': ['snowplow_events', 'ga4_events'],
    'file_drops': ['customers', 'spend', 'call_ratings'],
    'fhir': ['patients', 'encounters', 'appointments', 'questionnaire_responses', 'deletions'],
} %}

{#- whose deletes are seen by listing the ids that are left, landed beside them as <resource>_keys -#}
{%- set listed = {
    'hubspot': ['contacts', 'companies', 'deals'],
    'business_central': [
        'customers', 'items', 'sales_orders', 'sales_invoices', 'sales_credit_memos', 'customer_payments'
    ],
    'surveymonkey': ['responses'],
    'brandwatch': ['mentions'],
    'erp_postgres': ['partners', 'sale_orders', 'sale_order_lines', 'account_moves'],
    'qualtrics': ['responses'],
    'intercom': ['contacts', 'conversations'],
    'sprout_social': ['messages'],
    'letters': ['letters'],
} %}

{#- whose rows stand under another name, since the model of theirs leaves out what was deleted -#}
{%- set records = {'salesforce': {'accounts': 'account_records', 'cases': 'case_records'}} %}

{#- whose rows are cases of support, one for one -#}
{%- set cases = {'zendesk_support': 'tickets', 'salesforce': 'cases'} %}

with

rows_now as (

    {% for vendor, resources in tables.items() -%}
        {% for resource in resources -%}
            select
                '{{ vendor }}' as source,
                '{{ resource }}' as resource,
                (select count(*) from {{ source('raw_' ~ vendor, resource) }}) as stored,
                (select count(*) from {{ ref('stg_' ~ vendor ~ '__' ~ records.get(vendor, {}).get(resource, resource)) }}) as staged,
                {{ 'true' if cases.get(vendor) == resource else 'false' }} as is_cases
            union all
        {% endfor %}
        {%- for resource in listed.get(vendor, []) -%}
            select
                '{{ vendor }}' as source,
                '{{ resource }}_keys' as resource,
                (select count(*) from {{ source('raw_' ~ vendor, resource ~ '_keys') }}) as stored,
                cast(null as bigint) as staged,
                false as is_cases
            union all
        {% endfor %}
    {%- endfor -%}
    select
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as resource,
        cast(null as bigint) as stored,
        cast(null as bigint) as staged,
        false as is_cases
    where false

)

select * from rows_now
