with

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}
    where is_closed and not is_deleted

),

opportunity_contact_roles as (

    select * from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where not is_deleted

),

tasks as (

    select * from {{ ref('stg_salesforce__tasks') }}
    where is_closed and not is_deleted and who_id is not null

),

campaign_members as (

    select * from {{ ref('stg_salesforce__campaign_members') }}
    where has_responded and first_responded_on is not null and not is_deleted

),

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}

),

-- a contact may have two roles in one deal
deals as (

    select distinct
        case when opportunities.is_won then 'deal_won' else 'deal_lost' end as event,
        {{ node_id('salesforce', 'contacts', ['opportunity_contact_roles.contact_id']) }} as node_id,
        coalesce(opportunities.last_stage_change_at, {{ local_midnight('opportunities.close_on') }}) as occurred_at,
        opportunities.stage as outcome,
        'salesforce:' || opportunities.opportunity_id as reference
    from opportunities
    inner join opportunity_contact_roles
        on opportunities.opportunity_id = opportunity_contact_roles.opportunity_id

),

-- what sales only planned or noted for itself is no contact with anybody
talks as (

    select
        case
            when subtype = 'email' then 'sales_email_sent'
            when call_type = 'inbound' then 'sales_call_received'
            else 'sales_call_made'
        end as event,
        case
            when who_id like '00Q%' then {{ node_id('salesforce', 'leads', ['who_id']) }}
            else {{ node_id('salesforce', 'contacts', ['who_id']) }}
        end as node_id,
        coalesce(completed_at, {{ local_midnight('due_on') }}, created_at) as occurred_at,
        call_outcome as outcome,
        'salesforce:' || task_id as reference
    from tasks
    where subtype in ('call', 'email') or call_type in ('inbound', 'outbound')

),

responses as (

    select
        'campaign_answered' as event,
        case
            when campaign_members.contact_id is not null
                then {{ node_id('salesforce', 'contacts', ['campaign_members.contact_id']) }}
            else {{ node_id('salesforce', 'leads', ['campaign_members.lead_id']) }}
        end as node_id,
        {{ local_midnight('campaign_members.first_responded_on') }} as occurred_at,
        campaigns.campaign_name as outcome,
        'salesforce:' || campaign_members.campaign_member_id as reference
    from campaign_members
    left join campaigns on campaign_members.campaign_id = campaigns.campaign_id
    where coalesce(campaign_members.contact_id, campaign_members.lead_id) is not null

),

happened as (

    select * from deals
    union all
    select * from talks
    union all
    select * from responses

),

interactions as (

    select
        event,
        node_id,
        occurred_at,
        cast(null as {{ dbt.type_string() }}) as channel,
        'salesforce' as source,
        cast(null as {{ dbt.type_string() }}) as sentiment,
        cast(null as double) as effort,
        outcome,
        reference
    from happened

)

select * from interactions
