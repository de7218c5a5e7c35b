with

conversations as (

    select * from {{ source('raw_intercom', 'conversations') }}

),

teams as (

    select * from {{ ref('stg_intercom__teams') }}

),

listed_keys as (

    select * from {{ source('raw_intercom', 'conversations_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_intercom', 'conversations') }}

),

cleaned as (

    select
        conversations.id as conversation_id,
        coalesce(
            {{ json_text('conversations.contacts', 'contacts[0].id') }},
            case when conversations.author_type in ('user', 'lead', 'contact') then conversations.author_id end
        ) as contact_id,
        nullif(conversations.admin_assignee_id, 0) as admin_id,
        nullif(conversations.team_assignee_id, 0) as team_id,
        conversations.last_closed_by_id,

        teams.name as team_name,
        lower(conversations.source_type) as source_type,
        lower(conversations.delivered_as) as delivered_as,
        lower(conversations.author_type) as author_type,
        lower(conversations.state) as state,
        {{ blank_to_null('conversations.title') }} as title,
        {{ blank_to_null('conversations.subject') }} as subject,
        {{ blank_to_null('conversations.body') }} as body,
        {{ blank_to_null('conversations.rating_remark') }} as rating_remark,
        lower(conversations.ai_resolution_state) as ai_resolution_state,
        conversations.custom_attributes,

        conversations.rating,
        coalesce(conversations.reopens, 0) as reopens,
        coalesce(conversations.part_count, 0) as part_count,

        coalesce(conversations.priority = 'priority', false) as is_priority,
        coalesce(conversations.ai_agent_participated, false) as has_ai_agent,
        coalesce(conversations.author_type in ('user', 'lead', 'contact'), false)
        and coalesce(lower(conversations.delivered_as), 'customer_initiated') = 'customer_initiated' as is_inbound,
        {{ is_missing_from_listing(
            'conversations._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        conversations.first_admin_reply_at,
        conversations.first_close_at,
        conversations.last_close_at,
        coalesce(conversations.rating_updated_at, conversations.rated_at) as rated_at,
        conversations.waiting_since as waiting_since_at,
        conversations.snoozed_until as snoozed_until_at,
        conversations.created_at,
        conversations.updated_at,
        conversations._observed_at

    from conversations
    left join teams on cast(nullif(conversations.team_assignee_id, 0) as {{ dbt.type_string() }}) = teams.team_id
    left join listed_keys on conversations.id = listed_keys.id
    cross join newest_listing

),

-- a case is what somebody wrote and people of the support team took on; the bot alone makes none
judged as (

    select
        *,
        coalesce(
            is_inbound
            and (admin_id is not null or team_id is not null or first_admin_reply_at is not null)
            and {{ is_support_team('team_name') }},
            false
        ) as is_case
    from cleaned

)

select * from judged
