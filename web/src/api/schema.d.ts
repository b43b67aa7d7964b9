// Generated from the API's description by `npm run generate`; changes here are lost.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives */
        get: operations["healthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests can be answered: the store answers */
        get: operations["readyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/version": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which version answers */
        get: operations["version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys that session tokens are signed with */
        get: operations["jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a sign-in code by e-mail
         * @description The answer is the same whether the address is a member's or not.
         */
        post: operations["sendSignInCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-in/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a source's account
         * @description The answer says where to send the person. They come back to the product's page `/sign-in` with
         *     `#ticket=…` behind its address, which `POST /v1/sessions` takes.
         */
        post: operations["signInWith"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a session
         * @description With `"keep":"cookie"` the tokens are set as cookies that no script can read, and the answer has
         *     a text to send along with whatever changes something.
         */
        post: operations["beginSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on with a session: a new access token for the newest refresh token
         * @description A browser that keeps the session in cookies sends no token, from a page of the product's own; the
         *     answer then has none either.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a session
         * @description A browser that keeps the session in cookies sends no token, and its cookies are taken away.
         */
        post: operations["endSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I? */
        get: operations["whoAmI"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The members of the tenant
         * @description Managers and sellers see themselves and everybody below; those who see all deals see all.
         */
        get: operations["listMembers"];
        put?: never;
        /**
         * Invite a member
         * @description They become active when they first sign in with a code sent to the address.
         */
        post: operations["inviteMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A member */
        get: operations["getMember"];
        put?: never;
        post?: never;
        /**
         * Remove a member
         * @description Their sessions and the keys that act as them end at once.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /**
         * Change a member
         * @description A change of role, manager, seller or status ends the member's sessions within seconds.
         */
        patch: operations["changeMember"];
        trace?: never;
    };
    "/v1/members/{id}/invitation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an invitation again
         * @description To a member who has not signed in yet: e-mails get lost.
         */
        post: operations["sendInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What each role sees and may */
        get: operations["listRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The API keys of the tenant */
        get: operations["listApiKeys"];
        put?: never;
        /**
         * Make an API key
         * @description The answer shows the key, once.
         */
        post: operations["makeApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API key */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The imports, the newest first
         * @description One's own; those who see all deals see everybody's.
         */
        get: operations["listImports"];
        put?: never;
        /**
         * Begin an import
         * @description Then upload its files, validate it, look at its report, and commit it.
         */
        post: operations["createImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An import */
        get: operations["getImport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/files/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Upload a file, or a part of one
         * @description The body is the file as it is, up to 4 MiB, whatever its `Content-Type`. A larger one comes in
         *     parts, in order, each with `Content-Range: bytes FIRST-LAST/TOTAL`. After a cut, the import's
         *     files say from which byte to go on. The first part again begins the file again.
         */
        put: operations["putImportFile"];
        post?: never;
        /** Delete a file */
        delete: operations["deleteImportFile"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/mapping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The mapping of an import
         * @description The one that was given; without one, what the validation made of the columns: correct it and
         *     give it back.
         */
        get: operations["getImportMapping"];
        /**
         * Say what the columns mean
         * @description It replaces the mapping as a whole. Tables it does not name are recognised by their columns.
         *     The files have to be validated again.
         */
        put: operations["putImportMapping"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Validate an import
         * @description A job reads the files and compares them with what is kept; nothing is written. Then the report
         *     and a preview can be looked at.
         */
        post: operations["validateImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a validation found */
        get: operations["getImportReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write an import
         * @description A job writes what was validated. It goes on where it was whatever happens to it, writes nothing
         *     twice, and keeps what it replaces for an undo.
         */
        post: operations["commitImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take an import back
         * @description A job makes every row that is still as the import wrote it what it was before. What others have
         *     changed since stays, and is counted.
         */
        post: operations["undoImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop what is done with an import
         * @description The same as to cancel its job.
         */
        post: operations["cancelImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The jobs, the newest first
         * @description One's own; those who see all deals see everybody's. They are kept for 30 days.
         */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a job
         * @description One that nobody has begun is over at once. One that is worked on stops at its next step: an
         *     import that is being written is taken back. Undoing an import is not stopped half-way.
         */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a job
         * @description Server-sent events: `job.updated` whenever something changed, with the job as data, and
         *     `job.finished` at its end. Ids rise; who comes again with `Last-Event-ID` (or `?after=`) misses
         *     nothing. A stream ends after five minutes at the latest: come again. Who has seen the end
         *     already gets 204, which tells a browser to stop.
         */
        get: operations["watchJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The views: one's own and the shared ones */
        get: operations["listViews"];
        put?: never;
        /** Save a view */
        post: operations["saveView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A view */
        get: operations["getView"];
        put?: never;
        post?: never;
        /** Delete a view */
        delete: operations["deleteView"];
        options?: never;
        head?: never;
        /** Change a view */
        patch: operations["changeView"];
        trace?: never;
    };
    "/v1/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The pipelines */
        get: operations["listPipelines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/stages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The stages of a pipeline, and what they mean */
        get: operations["getPipelineStages"];
        /**
         * Say what stages mean
         * @description The tenant's own word stands above the source's, also when the source is imported again. Stages
         *     that are not named stay as they are. Forecast, insights and outcomes follow at once for every
         *     deal with a history; the field `canonical_stage` of a deal follows with its next import.
         */
        put: operations["putPipelineStages"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pipelines/{id}/stages/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What another meaning of stages would change
         * @description Nothing is written: the deals whose stage would mean something else, and all deals open, won and
         *     lost before and after.
         */
        post: operations["previewPipelineStages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Export
         * @description A job makes a file of what the caller sees. Whoever asked can fetch it for 15 minutes after it is
         *     done; the job's links say where. What a person or the whole tenant is, only admins may ask for.
         */
        post: operations["createExport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/exports/{id}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch the file of an export
         * @description For whoever asked for it, for 15 minutes after it was done.
         */
        get: operations["getExportFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/persons/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase a person
         * @description A job takes a person out of everything that is kept: names, addresses and what identifies them
         *     go, the deals stay. It cannot be undone.
         */
        post: operations["erasePerson"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The sources that can be connected */
        get: operations["listConnectors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connectors/{source}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A source that can be connected */
        get: operations["getConnector"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The connections */
        get: operations["listConnections"];
        put?: never;
        /**
         * Connect a source
         * @description By consent: the connection waits (`pending`) and `authorize_url` says where to send the person,
         *     within ten minutes and in the same browser; then the first sync begins by itself. With a key: it
         *     is tried at the source first, and the first sync begins at once.
         */
        post: operations["createConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A connection
         * @description How it stands, stream by stream: how complete it is, when it was synced and when it will be, and
         *     what a person can do where it needs one.
         */
        get: operations["getConnection"];
        put?: never;
        post?: never;
        /**
         * Disconnect a source
         * @description The grant is given back to the source, and every secret of the connection is deleted. What it
         *     brought stays, or goes as well with `erase=true`: that is a job. A source that is disconnected
         *     stays so; connected anew, it finds what it brought before.
         */
        delete: operations["disconnect"];
        options?: never;
        head?: never;
        /** Change a connection, halt it, or let it go on */
        patch: operations["changeConnection"];
        trace?: never;
    };
    "/v1/connections/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sync a connection now
         * @description Of one connection one run is at work at a time: while it is, the answer is 409 and `Location`
         *     leads to its job.
         */
        post: operations["syncConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/remap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Map again what was read
         * @description A job makes anew what was made of the pages that are kept, without asking the source: after the
         *     stages were said to mean something else, or Pie has learned to read more.
         */
        post: operations["remapConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which fields of deals are taken from others
         * @description The present mapping; and the source's other fields, with how many deals have them and what they
         *     read as.
         */
        get: operations["getConnectionFields"];
        /**
         * Take fields of deals from others
         * @description The whole mapping, in place of that before. A job maps again all that was read, so that every
         *     deal follows; the source is not asked. While a run is at work the answer is 409.
         */
        put: operations["putConnectionFields"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/fields/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What another mapping of fields would change
         * @description Nothing is written: how many deals would change, how many have no value or one that cannot be
         *     read, and some of them with what they say now and would say.
         */
        post: operations["previewConnectionFields"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a connection
         * @description The source is asked about itself, now. Nothing of its data is read or kept.
         */
        post: operations["testConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/reconnect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reconnect a source
         * @description By consent: `authorize_url` says where to go. With a key: it is tried first. The connection keeps
         *     its id and all it brought, so the account has to be the same.
         */
        post: operations["reconnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{id}/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a connection's source tells of changes
         * @description The address of a connection has a part that cannot be guessed, of which only a digest is kept: it
         *     is shown once, by PUT. Secrets are never shown.
         */
        get: operations["getWebhook"];
        /**
         * Let a source tell of changes
         * @description Without a body's fields it makes the address, which the source is given; then the secret that the
         *     source shows is put here.
         */
        put: operations["putWebhook"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/import/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin an import of files
         * @deprecated
         * @description An alias of `POST /v1/imports`. Products are connected at `POST /v1/connections`; one named here is
         *     answered with 409.
         */
        post: operations["aliasImportConnect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/import/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The imports and how they stand
         * @deprecated
         * @description An alias of `GET /v1/imports`.
         */
        get: operations["aliasImportStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/import/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write an import that was validated
         * @deprecated
         * @description An alias of `POST /v1/imports/{id}/commit`.
         */
        post: operations["aliasImportSync"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The jobs and how they stand
         * @deprecated
         * @description An alias of `GET /v1/jobs`. How a connection stands is told by `GET /v1/connections`.
         */
        get: operations["aliasSyncStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write an import that was validated
         * @deprecated
         * @description An alias of `POST /v1/imports/{id}/commit`. A connection is synced by
         *     `POST /v1/connections/{id}/sync`.
         */
        post: operations["aliasSyncTrigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The deals
         * @description Those the caller sees, of them those that meet the filter. Totals and facets are over all that
         *     meet it, not over the page; each facet counts what another choice in its field would give.
         */
        get: operations["listDeals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search the deals
         * @description The same as the list, for filters that are too long for an address.
         */
        post: operations["searchDeals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The facets of the deals
         * @description What a list shows beside its rows, for the same filter.
         */
        get: operations["dealFacets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A deal
         * @description Its page: what the source says, what people say here, who is involved, what happened last, and
         *     what it is expected to do. Send its `ETag` as `If-Match` to change it.
         */
        get: operations["getDeal"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change what people say of a deal here
         * @description What a source says is never changed. Fails with 412 where somebody else has changed these
         *     fields since they were read.
         */
        patch: operations["changeDeal"];
        trace?: never;
    };
    "/v1/deals/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened on a deal
         * @description Activities and moves between stages, the newest first.
         */
        get: operations["dealTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a deal moved
         * @description Every move between stages with the days in the stage before, the oldest first.
         */
        get: operations["dealHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/{id}/graph": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who and what is around a deal */
        get: operations["dealGraph"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/{id}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a deal is expected to do */
        get: operations["dealForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/{id}/recommendations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What would help a deal most */
        get: operations["dealRecommendations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deals/{id}/scores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A deal's chance over time
         * @description What today's model makes of the deal as it stood on earlier days. It looks back: what was told on
         *     those days stands in saved forecasts.
         */
        get: operations["dealScores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/companies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The companies
         * @description Those the caller looks after, and those of the deals they see.
         */
        get: operations["listCompanies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/companies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A company with its deals */
        get: operations["getCompany"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The contacts
         * @description Those on deals the caller sees.
         */
        get: operations["listContacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/contacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A contact */
        get: operations["getContact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The activities, the newest first
         * @description Those on deals the caller sees.
         */
        get: operations["listActivities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activities/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An activity */
        get: operations["getActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/owners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The owners
         * @description The caller and everybody below; all, for those who see all deals.
         */
        get: operations["listOwners"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/owners/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An owner */
        get: operations["getOwner"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The simulations, the newest first
         * @description Those of deals the caller sees.
         */
        get: operations["listSimulations"];
        put?: never;
        /**
         * Ask "what if" of a deal
         * @description Both arms are solved exactly and simulated on the same luck; the answer is kept for 90 days
         *     under its `Location`, unless `keep` is `false`.
         */
        post: operations["simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/simulations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A simulation as it was answered */
        get: operations["getSimulation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The saved scenarios, the newest first
         * @description One's own; those who see all deals see everybody's.
         */
        get: operations["listScenarios"];
        put?: never;
        /** Save changes under a name */
        post: operations["saveScenario"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a saved scenario */
        delete: operations["deleteScenario"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forecasts/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The forecast as of now
         * @description Of the open deals the caller sees: revenue and wins by period, owner and stage, where the risk
         *     lies, and what the model does not know. Every deal's own forecast is at
         *     `/v1/deals/{id}/forecast`.
         */
        get: operations["currentForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forecasts/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed in the open pipeline between two moments
         * @description The same as `/v1/insights/changes`.
         */
        get: operations["forecastChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forecasts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The saved forecasts, the newest first */
        get: operations["listForecasts"];
        put?: never;
        /**
         * Save a forecast
         * @description A job makes it; it is kept for two years, to compare quarters with.
         */
        post: operations["runForecast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forecasts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A saved forecast
         * @description As it was told then. Who does not see all deals gets the deals they see today and no sums.
         */
        get: operations["getForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/forecasts/{id}/outcome": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of a saved forecast
         * @description Of the deals it knew and the caller sees: what was won and lost since, beside what was expected by
         *     now; and each period as it was told beside what has come of it. Who does not see all deals gets no
         *     periods.
         */
        get: operations["forecastOutcome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backtests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The saved backtests, the newest first */
        get: operations["listBacktests"];
        put?: never;
        /**
         * Test the forecast on the past
         * @description A job does it: at each of up to 24 past days everything is learned anew from what was known then.
         */
        post: operations["runBacktest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backtests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A saved backtest
         * @description How good past forecasts would have been. Who does not see all deals gets the verdict and no
         *     counts.
         */
        get: operations["getBacktest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/today": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What to do today
         * @description Meetings and next steps first, then what is overdue, new mail, valuable deals that are stuck,
         *     and what moved since the working day before.
         */
        get: operations["insightToday"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/attention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deals that need attention */
        get: operations["insightAttention"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/overdue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deals past the day they were expected to close */
        get: operations["insightOverdue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/stuck": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deals longer in their stage than deals that were won ever needed */
        get: operations["insightStuck"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/inactive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Deals without contact for too long */
        get: operations["insightInactive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/orders-received": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Orders received
         * @description The deals won in a period, with what each lacks to be an order.
         */
        get: operations["insightOrdersReceived"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/compliance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the rules for open deals are kept */
        get: operations["insightCompliance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/cashflow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cash by period */
        get: operations["insightCashflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/funnel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many deals get how far */
        get: operations["insightFunnel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/process-map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How deals really moved */
        get: operations["insightProcessMap"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/data-quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is wrong with the data */
        get: operations["insightDataQuality"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed in the open pipeline
         * @description A waterfall from one moment to another: what was there, what came, what was won and lost, and
         *     what is there now; and from where to where every one of those deals went.
         */
        get: operations["insightChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/insights/owners/kpis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Key figures of the sellers */
        get: operations["insightOwnersKpis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask "what if" of a deal
         * @deprecated
         * @description An alias of `POST /v1/simulations`.
         */
        post: operations["aliasSimulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/deals/{id}/forecast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a deal is expected to do
         * @deprecated
         * @description An alias of `GET /v1/deals/{id}/forecast`.
         */
        get: operations["aliasDealForecast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/dashboard/today": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What to do today
         * @deprecated
         * @description An alias of `GET /v1/insights/today`.
         */
        get: operations["aliasToday"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/owners/kpis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Key figures of the sellers
         * @deprecated
         * @description An alias of `GET /v1/insights/owners/kpis`.
         */
        get: operations["aliasOwnersKpis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/deals/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The deals
         * @deprecated
         * @description An alias of `GET /v1/deals`.
         */
        get: operations["aliasListDeals"];
        put?: never;
        /**
         * Search the deals
         * @deprecated
         * @description An alias of `POST /v1/deals/search`.
         */
        post: operations["aliasSearchDeals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings */
        get: operations["getSettings"];
        /**
         * Change the settings
         * @description What is left out goes back to its default.
         */
        put: operations["putSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log, newest first */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit-events/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Check that the audit log is whole */
        get: operations["checkAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/issuers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The customer's identity providers */
        get: operations["listIssuers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/issuers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Accept the ID tokens of an identity provider */
        put: operations["putIssuer"];
        post?: never;
        /** No longer accept an identity provider */
        delete: operations["removeIssuer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The tenant */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete the tenant
         * @description From now on nobody can read or change anything; within 30 days an admin can restore it, and then
         *     everything goes for good.
         */
        post: operations["deleteTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenant/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore the tenant */
        post: operations["restoreTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Something that happened. */
        Activity: {
            /** @description Its id. */
            id: string;
            /** @description The deal it was about. */
            deal?: string | null;
            /**
             * @description `email`, `call`, `meeting`, `demo`, `proposal`, `contract`, `objection`, `follow_up` or
             *     `internal`.
             */
            kind: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Who took part. */
            participants: string[];
            /** @description How it went: `positive`, `neutral`, `negative` or `unknown`. */
            outcome: string;
            /** @description What it was about. */
            summary?: string | null;
            /** @description What stood out. */
            key_moments: components["schemas"]["KeyMoment"][];
            /** @description What was agreed to do next. */
            next_steps: string[];
            /** @description What was said against buying. */
            objections: components["schemas"]["Objection"][];
            /** @description What each source calls it. */
            external_ids: {
                [key: string]: string;
            };
        };
        /** @description One arm's numbers, solved exactly. */
        Arm: {
            /**
             * Format: double
             * @description Chance to be won in the end.
             */
            p_win: number;
            /**
             * Format: double
             * @description Expected days until closing.
             */
            expected_days: number;
            /**
             * Format: double
             * @description Expected days until winning, if it is won.
             */
            expected_days_if_won?: number | null;
            /**
             * Format: double
             * @description Chance to be won within 90 days.
             */
            p_win_90_days: number;
            /**
             * Format: double
             * @description Amount.
             */
            amount?: number | null;
            /**
             * Format: double
             * @description Amount × chance.
             */
            expected_value?: number | null;
        };
        /** @description Whether the audit log is whole. */
        AuditCheck: {
            /** @description Every event follows from the one before. */
            whole: boolean;
            /** @description How many events were looked at. */
            events: number;
            /**
             * Format: int64
             * @description Where the chain breaks.
             */
            broken_at?: number | null;
        };
        /** @description Something that was done. */
        AuditView: {
            /**
             * Format: int64
             * @description Its place in the log.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Who did it: a member, a key or a function of ours. */
            actor: string;
            /** @description What they are called; null for a function of ours and for who has left. */
            actor_name?: string | null;
            /** @description What: `member.invite`. */
            action: string;
            /** @description To what. */
            target: string;
            /** @description What it is called, where it is a member or a key. */
            target_name?: string | null;
            /** @description What else is to be known. */
            detail: {
                [key: string]: string;
            };
            /** @description The request it was part of. */
            request_id: string;
            /** @description The digest of the event before and of this one. */
            hash: string;
        };
        /** @description A way to be let in. */
        AuthView: {
            /** @description `oauth` or `key`. */
            kind: string;
            /** @description What to do, for the person. */
            help: string;
            /** @description What is asked for, in the source's words. */
            scopes: string[];
            /**
             * @description The hosts where people sign in at a source that has several, the usual one first; one that
             *     begins with a dot stands for every name under it.
             */
            hosts: string[];
        };
        /** @description A saved backtest with what it says. */
        BacktestRun: components["schemas"]["RunView"] & {
            /** @description Whether it is all of it: only those who see all deals get the counts. */
            whole: boolean;
            /** @description What it says. */
            says: components["schemas"]["SavedBacktest"];
        };
        /** @description What to begin a session with. */
        Begin: {
            /** @description The address it was sent to. */
            email: string;
            /** @description The code. */
            code: string;
            /** @description Which tenant, for an address that is a member of several. */
            tenant?: string | null;
            /** @description Who keeps the session. */
            keep?: components["schemas"]["Keep"];
            /** @enum {string} */
            grant: "code";
        } | {
            /** @description The token. */
            id_token: string;
            /** @description Who keeps the session. */
            keep?: components["schemas"]["Keep"];
            /** @enum {string} */
            grant: "id_token";
        } | {
            /** @description The ticket: good once, for ten minutes. */
            ticket: string;
            /** @description Who keeps the session. */
            keep?: components["schemas"]["Keep"];
            /** @enum {string} */
            grant: "ticket";
        };
        /** @description A connection that somebody lets in. */
        Begun: components["schemas"]["ConnectionView"] & {
            /** @description Where to send the person, within ten minutes and in the same browser. */
            authorize_url?: string | null;
            /** @description The job of the first sync. */
            job?: string | null;
        };
        /** @description A stage as a bottleneck. Slow deals lose more often for many reasons: it says where to look. */
        Bottleneck: {
            /** @description The stage. */
            stage: string;
            /**
             * Format: int64
             * @description Closed deals that went through it.
             */
            deals: number;
            /**
             * Format: double
             * @description Mean days they spent there.
             */
            mean_days: number;
            /**
             * Format: double
             * @description Median days; slow deals are those above it.
             */
            median_days: number;
            /**
             * Format: double
             * @description Days of all of them together.
             */
            deal_days: number;
            fast?: components["schemas"]["Rate"] | null;
            slow?: components["schemas"]["Rate"] | null;
            difference?: components["schemas"]["Difference"] | null;
            /**
             * Format: double
             * @description Win probability lost by being slow, shrunk; 0 where slow deals win as often.
             */
            lost_win_probability: number;
            /**
             * Format: double
             * @description Wins that the slow deals would have had at the fast ones' rate, after shrinking.
             */
            lost_wins: number;
            /**
             * Format: double
             * @description `deal_days × lost_win_probability`; in a log without outcomes, `deal_days`.
             */
            score: number;
            /**
             * Format: double
             * @description Share of the total score.
             */
            share: number;
        };
        /** @description Whether exits go elsewhere than they used to. */
        BranchDrift: {
            /** @description Next stage, its share of exits before, its share recently. */
            shares: [
                string,
                number,
                number
            ][];
            /**
             * Format: double
             * @description Share of exits that now go elsewhere.
             */
            moved: number;
            /**
             * Format: double
             * @description p-value, adjusted for all comparisons made.
             */
            p_value: number;
            /** @description Both significant and large enough to matter. */
            drifted: boolean;
        };
        /** @description A session that a browser keeps in cookies. */
        BrowserSession: {
            /** @description Send it as `X-CSRF-Token` with whatever changes something. */
            csrf: string;
            /**
             * Format: date-time
             * @description When to go on with `POST /v1/sessions/refresh`, at the latest.
             */
            expires_at: string;
            /** @description Who signed in. */
            member: string;
            /** @description Of which tenant. */
            tenant: string;
        };
        /** @description Chances by a number of days from `as_of`. */
        ByDays: {
            /**
             * Format: double
             * @description Days.
             */
            days: number;
            /**
             * Format: double
             * @description Won by then.
             */
            p_win: number;
            /**
             * Format: double
             * @description Lost by then.
             */
            p_lost: number;
        };
        /** @description The days on which people work. */
        Calendar: {
            /** @description Days of the week. */
            working_days: components["schemas"]["WorkDay"][];
            /** @description Days on which nobody works all the same. */
            holidays: string[];
        };
        /** @description Cash expected in a period. */
        CashExpected: {
            /** @description Open deals: amount × chance, paid by the terms. */
            pipeline: string;
            /** @description Won deals not billed yet. */
            won: string;
            /** @description Bills sent and not paid. */
            invoices: string;
            /** @description The part of them that is past due. */
            overdue: string;
            /** @description Contracts that run on. */
            subscriptions: string;
            /** @description Everything together. */
            total: string;
        };
        /** @description Cash by period. */
        CashFlow: {
            /**
             * Format: date-time
             * @description The moment asked about.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /** @description The currency of every amount. */
            currency?: string | null;
            /** @description The periods, the oldest first. */
            periods: components["schemas"]["CashPeriod"][];
            /** @description What is in no period. */
            left_out: components["schemas"]["CashLeftOut"];
            timing?: components["schemas"]["CashTiming"] | null;
        };
        /** @description What a cash flow leaves out. */
        CashLeftOut: {
            /**
             * Format: int64
             * @description Open deals without an expected close.
             */
            without_close_date: number;
            /**
             * Format: int64
             * @description Open deals whose expected close has passed.
             */
            past_close_date: number;
            /**
             * Format: int64
             * @description Open deals without a chance.
             */
            without_chance: number;
            /**
             * Format: int64
             * @description Deals without an amount in the currency reported in.
             */
            without_amount: number;
            /**
             * Format: int64
             * @description Bills, payments and contracts left out.
             */
            billing: number;
        };
        /**
         * @description Cash expected in a period as the model times open deals: each may be won on any day, with the chance
         *     that the forecast gives it, whatever its close date says.
         */
        CashModelled: {
            /** @description From open deals: the mean. */
            pipeline: string;
            /** @description That, and what is expected in any case. */
            total: string;
            /** @description 10 % of the futures drawn bring less in all. */
            p10: string;
            /** @description Half bring less. */
            p50: string;
            /** @description 90 % bring less. */
            p90: string;
        };
        /** @description The cash of one period. */
        CashPeriod: {
            /** @description What it is called. */
            label: string;
            /**
             * Format: date
             * @description The first day.
             */
            start: string;
            /**
             * Format: date
             * @description The day after the last.
             */
            end: string;
            /** @description What came in, less what went back. */
            actual: string;
            /** @description What is expected. */
            expected: components["schemas"]["CashExpected"];
            modelled?: components["schemas"]["CashModelled"] | null;
        };
        /** @description When the money of a won deal comes in. */
        CashTerms: {
            /** @description The parts it is paid in; their percents add up to 100. */
            instalments: components["schemas"]["Instalment"][];
        };
        /** @description What the model's timing of open deals rests on. */
        CashTiming: {
            /**
             * Format: date-time
             * @description The moment the model looks ahead from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description Open deals it times.
             */
            deals: number;
            /**
             * Format: int64
             * @description Open deals without an amount, or that it says nothing of.
             */
            left_out: number;
            /**
             * Format: date
             * @description The day after the last period it tells of.
             */
            until?: string | null;
            together?: components["schemas"]["CashModelled"] | null;
        };
        /** @description What to change of a connection; what is left out stays. */
        ChangeConnection: {
            /** @description What people call it. */
            name?: string | null;
            /**
             * Format: int32
             * @description Minutes between two syncs.
             */
            every_min?: number | null;
            /** @description Streams that nobody wants, by name; in place of those before. */
            streams_off?: string[] | null;
            /** @description `true` halts it, `false` lets it go on. */
            paused?: boolean | null;
        };
        /** @description Deals that went from one place to another, or stayed where they were. */
        ChangeFlow: {
            /** @description Where they were at the earlier moment. */
            from: components["schemas"]["FlowPlace"];
            /** @description Where they are at the later one. */
            to: components["schemas"]["FlowPlace"];
            /**
             * Format: int64
             * @description How many deals.
             */
            count: number;
            amount?: components["schemas"]["Money"] | null;
            changed?: components["schemas"]["Money"] | null;
        };
        /** @description What to change of a member; what is left out stays, null clears. */
        ChangeMember: {
            /** @description Their name. */
            name?: string | null;
            /** @description Their role. */
            role?: string | null;
            /** @description The seller in the data they are. */
            person?: string | null;
            /** @description Whom they report to. */
            manager?: string | null;
            /** @description Their team. */
            team?: string | null;
            /** @description `active` or `disabled`. */
            status?: string | null;
        };
        /** @description What to change of a view; what is left out stays. */
        ChangeView: {
            /** @description What it is called. */
            name?: string | null;
            /** @description The conditions, order and search; they replace those there are. */
            query?: {
                [key: string]: string;
            } | null;
            /** @description Whether everybody of the tenant sees it. */
            shared?: boolean | null;
        };
        /** @description What changed in the open pipeline between two moments. */
        Changes: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /**
             * Format: date-time
             * @description The earlier moment.
             */
            from: string;
            /**
             * Format: date-time
             * @description The later one.
             */
            to: string;
            /** @description The parts before the last add up to it. */
            waterfall: components["schemas"]["Part"][];
            /** @description Deals open at both moments in different stages. */
            moves: components["schemas"]["Move"][];
            /**
             * @description From where to where every deal of the waterfall went, in the order of stages. By their counts and
             *     amounts: all from `open` make up the start, less what they changed by; all to `open` the end; all
             *     from `opened` and `reopened`, and all to `won` and `lost`, those parts.
             */
            flows: components["schemas"]["ChangeFlow"][];
            /**
             * Format: int64
             * @description Deals whose amount is not in the currency reported in.
             */
            without_amount: number;
            /**
             * Format: int64
             * @description Deals of which nothing says when they began.
             */
            undated: number;
        };
        /** @description What a circumstance says, stage by stage. */
        Circumstance: {
            /** @description Which. */
            dimension: components["schemas"]["Dimension"];
            /** @description It, in words. */
            title: string;
            /** @description One row per stage and value that occur. */
            rows: components["schemas"]["CircumstanceRow"][];
        };
        /** @description Deals leaving one stage in one circumstance. */
        CircumstanceRow: {
            /** @description The stage left. */
            stage: string;
            /** @description The circumstance. */
            value: string;
            /**
             * Format: int64
             * @description Moves seen.
             */
            transitions: number;
            /** @description Too few moves: `next` is what the stage says, whatever the circumstance. */
            fell_back: boolean;
            /** @description Each next stage with its probability. */
            next: [
                string,
                number
            ][];
            win_rate?: components["schemas"]["Rate"] | null;
        };
        /**
         * @description What went wrong, for programs. Codes are added and never change their meaning.
         * @enum {string}
         */
        Code: "malformed_json" | "invalid_parameter" | "invalid_header" | "invalid_cursor" | "cursor_expired" | "idempotency_key_missing" | "unauthenticated" | "scope_missing" | "role_too_low" | "origin_not_allowed" | "csrf" | "tenant_deleted" | "not_found" | "method_not_allowed" | "changed" | "already_exists" | "wrong_state" | "already_running" | "limit_reached" | "idempotency_in_flight" | "idempotency_answer_lost" | "precondition_failed" | "body_too_large" | "upload_too_large" | "unsupported_media_type" | "invalid_body" | "invalid_upload" | "invalid_mapping" | "idempotency_key_reused" | "not_enough_history" | "too_large" | "precondition_required" | "rate_limited" | "internal" | "unavailable" | "not_ready";
        /** @description A company that may buy. */
        Company: {
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name?: string | null;
            /** @description Its internet domain. */
            domain?: string | null;
            /** @description Its industry, in the source's words. */
            industry?: string | null;
            /**
             * Format: int64
             * @description How many people work there.
             */
            employees?: number | null;
            annual_revenue?: components["schemas"]["Money"] | null;
            owner?: components["schemas"]["Named"] | null;
            /** @description What each source calls it. */
            external_ids: {
                [key: string]: string;
            };
            /** @description Whatever else the source says. */
            custom_fields: {
                [key: string]: string;
            };
        };
        /** @description A company with its deals. */
        CompanyPage: {
            /** @description The company. */
            company: components["schemas"]["Company"];
            /** @description Its deals the caller sees, at most 100. */
            deals: components["schemas"]["DealRow"][];
            /** @description How many of its deals the caller sees. */
            deals_count: number;
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
        };
        /** @description How far the rules for open deals are kept. */
        Compliance: {
            /**
             * Format: date-time
             * @description The moment asked about.
             */
            as_of: string;
            /** @description What is counted. */
            rule: string;
            /**
             * Format: int64
             * @description Open deals.
             */
            of: number;
            /**
             * Format: int64
             * @description Open deals that keep every rule.
             */
            compliant: number;
            /** @description Rule by rule. */
            rules: components["schemas"]["RuleResult"][];
        };
        /** @description What a rule asks. */
        ComplianceCheck: {
            /** @description Which. */
            fields: components["schemas"]["RequiredField"][];
            /** @description From this canonical stage on; by default in all. */
            from_stage?: string | null;
            /** @enum {string} */
            kind: "required_fields";
        } | {
            /**
             * Format: int32
             * @description How many.
             */
            days: number;
            /** @enum {string} */
            kind: "max_days_without_activity";
        } | {
            /** @enum {string} */
            kind: "close_date_not_past";
        } | {
            /** @description From this canonical stage on; by default in all. */
            from_stage?: string | null;
            /** @enum {string} */
            kind: "next_step";
        } | {
            /**
             * Format: int32
             * @description How many.
             */
            days: number;
            /** @description In this canonical stage; by default in all. */
            stage?: string | null;
            /** @enum {string} */
            kind: "max_days_in_stage";
        };
        /** @description A rule for open deals. */
        ComplianceRule: {
            /** @description What programs call it. */
            id: string;
            /** @description What people call it; by default what it says. */
            name?: string | null;
            /** @description What must hold. */
            check: components["schemas"]["ComplianceCheck"];
        };
        /**
         * @description What is asked of one field: a value, or values by operator (`eq`, `ne`, `in`, `lt`, `lte`,
         *     `gt`, `gte`, `contains`, `exists`).
         */
        Condition: components["schemas"]["Scalar"] | {
            [key: string]: components["schemas"]["Operand"];
        };
        /** @description How far deals keep to the order of stages. */
        Conformance: {
            /** @description Whether the order was declared or read off the same history. */
            against: components["schemas"]["OrderSource"];
            /** @description The open stages in that order. */
            order: string[];
            /** @description Stages of the order that no deal's history shows; they are not counted. */
            unrecorded: string[];
            conforming?: components["schemas"]["Rate"] | null;
            conforming_win_rate?: components["schemas"]["Rate"] | null;
            /** @description Each kind of deviation that occurs. */
            deviations: components["schemas"]["Deviation"][];
        };
        /** @description What to connect, or what to import: what `POST /v1/imports` takes, without a provider. */
        Connect: {
            /** @description The product to connect: leave it out, this address begins imports of files alone. */
            provider?: string | null;
            /**
             * @description A name for where the files come from.
             * @example crm
             */
            source?: string | null;
            /** @description How to read the files, where they leave a choice. */
            options?: components["schemas"]["ImportOptions"];
        };
        /** @description The present mapping, and what else there is to take fields from. */
        ConnectionFields: {
            /** @description The present mapping. */
            fields: components["schemas"]["FieldMapping"];
            /** @description The source's other fields that deals have, by name. */
            candidates: components["schemas"]["FieldCandidate"][];
            /** @description Currencies of the deals' own amounts, the most frequent first. */
            currencies: string[];
            /**
             * Format: int64
             * @description Deals of the connection.
             */
            deals: number;
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
        };
        /** @description A connection to a source. */
        ConnectionView: {
            /** @description Its id. */
            id: string;
            /** @description The source: `hubspot`. */
            source: string;
            /** @description The source's name as people write it. */
            title: string;
            /** @description What people call it. */
            name: string;
            /**
             * @description `pending`, `active`, `needs_reauth`, `paused` or `disabled`.
             * @example active
             */
            status: string;
            /** @description How it stands, in a sentence. */
            sentence: string;
            /** @description What a person can do, where it needs one. */
            reason?: string | null;
            /**
             * @description `oauth` or `key`.
             * @example oauth
             */
            auth: string;
            /** @description The source's id of the account, once it is known. */
            account?: string | null;
            /** @description The account's own address at the source, where it has one. */
            instance_url?: string | null;
            /** @description Where people sign in at the source, if not where most do. */
            login_host?: string | null;
            /** @description Whether it is a place to try things. */
            sandbox: boolean;
            /**
             * Format: int32
             * @description Minutes between two syncs.
             */
            every_min: number;
            /** @description Streams that nobody wants. */
            streams_off: string[];
            /** @description Whether the source tells of changes at once. */
            webhook: boolean;
            /** @description Who made it. */
            created_by: string;
            /** @description What they are called; null where they have left, and for whom the caller does not see. */
            created_by_name?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description The job of the run that is at work, while one is. */
            run?: string | null;
            /**
             * Format: date-time
             * @description When it was last brought up to date.
             */
            last_sync_at?: string | null;
            /**
             * Format: date-time
             * @description When it is to be synced next.
             */
            next_sync_at?: string | null;
            /**
             * Format: date-time
             * @description When what is kept was last held against the source.
             */
            last_reconciled_at?: string | null;
            /**
             * Format: date-time
             * @description Up to when all changes of all its streams are in.
             */
            complete_until?: string | null;
            /** @description How its streams stand, in the order they are read. */
            streams: components["schemas"]["StreamView"][];
        };
        /** @description A source that can be connected. */
        ConnectorView: {
            /**
             * @description Its id.
             * @example hubspot
             */
            id: string;
            /** @description Its name as people write it. */
            title: string;
            /** @description What it knows: `crm` or `billing`. */
            category: string;
            /** @description How it is let in; the first is what most people should take. */
            auth: components["schemas"]["AuthView"][];
            /** @description What it has, by name. */
            streams: string[];
            webhook?: components["schemas"]["PushView"] | null;
            /** @description Whether this installation is registered at the source, which consent needs. */
            registered: boolean;
            /** @description Whether a sandbox of it is offered here. */
            sandbox: boolean;
            /** @description Whether its accounts can sign in here. */
            signs_in: boolean;
        };
        /** @description A contact on a deal. */
        Contact: {
            /** @description Their id. */
            id: string;
            /** @description The deal they have a say in. */
            deal: string;
            /** @description Their name. */
            name?: string | null;
            /** @description Their job title. */
            title?: string | null;
            /** @description Their address. */
            email?: string | null;
            /** @description The part they play: `champion`, `blocker`, `economic_buyer` and so on. */
            role?: string | null;
            /**
             * Format: double
             * @description How they feel about us, −1 to 1.
             */
            sentiment?: number | null;
            /**
             * Format: double
             * @description How involved they are, 0 to 1.
             */
            engagement?: number | null;
            /**
             * Format: date-time
             * @description When we last spoke.
             */
            last_contact?: string | null;
            /**
             * Format: date-time
             * @description When they joined the deal.
             */
            added_at?: string | null;
            communication_style?: components["schemas"]["Inferred"] | null;
            /** @description What they are like, as inferred. */
            personality_traits: components["schemas"]["Inferred"][];
            /** @description What each source calls them. */
            external_ids: {
                [key: string]: string;
            };
        };
        /** @description What became of the records of a run. */
        CountsView: {
            /**
             * Format: int64
             * @description Records read.
             */
            read: number;
            /**
             * Format: int64
             * @description Of them new.
             */
            new: number;
            /**
             * Format: int64
             * @description Of them changed.
             */
            changed: number;
            /**
             * Format: int64
             * @description Of them as they were.
             */
            unchanged: number;
            /**
             * Format: int64
             * @description Deleted at the source.
             */
            deleted: number;
            /**
             * Format: int64
             * @description Set aside because they could not be kept.
             */
            quarantined: number;
            /**
             * Format: int64
             * @description Things to say about them.
             */
            issues: number;
        };
        /** @description What to connect. */
        CreateConnection: {
            /**
             * @description The source: `salesforce`, `hubspot`, `pipedrive` or `stripe`.
             * @example hubspot
             */
            source: string;
            /** @description What people call it; without it the source's name. */
            name?: string | null;
            /** @description How it is let in. */
            auth: components["schemas"]["Granting"];
            /** @description The sandbox of this installation instead of the source, where there is one. */
            sandbox?: boolean;
            /** @description Another address than the source's; on one machine only. */
            base_url?: string | null;
            /**
             * Format: int32
             * @description Minutes between two syncs.
             * @default 30
             */
            every_min?: number | null;
            /** @description Streams that nobody wants, by name. */
            streams_off?: string[];
        };
        /** @description What to export. */
        CreateExport: {
            /** @description What to take out. */
            kind: components["schemas"]["ExportKind"];
            /** @description Of deals, which: conditions, order and search, as the list of deals takes them. */
            query?: {
                [key: string]: string;
            };
            /** @description Of a person, their address. */
            email?: string | null;
            /** @description Of a person, their id instead. */
            person?: string | null;
        };
        /** @description What to import. */
        CreateImport: {
            /**
             * @description A name for where the files come from. Ids derive from it: the same source again updates.
             * @example crm
             */
            source: string;
            /** @description How to read the files, where they leave a choice. */
            options?: components["schemas"]["ImportOptions"];
        };
        /** @description The forecast of the open deals the caller sees, as of the moment the model was learned from. */
        CurrentForecast: {
            /**
             * Format: date-time
             * @description The moment it looks ahead from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description The page of the feed the model knows.
             */
            model_seq: number;
            /** @description Whether the data have changed since. */
            stale: boolean;
            /** @description The currency of every amount. */
            currency?: string | null;
            /** @description How far the history carries: `normal` or `low_confidence`. */
            confidence: string;
            /** @description What it was learned from: the whole tenant's history. */
            evidence: components["schemas"]["Evidence"];
            /** @description By period, the running one first. */
            periods: components["schemas"]["Line"][];
            /** @description By owner, over all periods. */
            owners: components["schemas"]["Line"][];
            /** @description By stage, over all periods. */
            stages: components["schemas"]["Line"][];
            /** @description All periods together. */
            total: components["schemas"]["Line"];
            /** @description Where the value most likely lost lies. */
            riskiest: components["schemas"]["ForecastDeal"][];
            /** @description Deals that will probably miss the close date they carry. */
            slipping: components["schemas"]["SlippingDeal"][];
            /** @description Open for longer than deals that were ever won from that stage. */
            forgotten: components["schemas"]["ForgottenDeals"];
            /** @description What champions, blockers and touches are associated with. */
            effects: components["schemas"]["Effects"];
            /** @description What the model does not know, in words. */
            unknown: string[];
            /** @description What is wrong with the data seen. */
            findings: components["schemas"]["Finding"][];
        };
        /** @description Stays that have not ended. */
        CurrentStays: {
            /**
             * Format: int64
             * @description Deals in the stage now.
             */
            count: number;
            /**
             * Format: double
             * @description Median days so far.
             */
            median_days: number;
            /**
             * Format: double
             * @description The longest so far.
             */
            longest_days: number;
        };
        /** @description What is wrong with the data. */
        DataQuality: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /**
             * Format: int64
             * @description All deals.
             */
            deals: number;
            /**
             * Format: int64
             * @description Open ones.
             */
            open: number;
            /**
             * Format: int64
             * @description Won.
             */
            won: number;
            /**
             * Format: int64
             * @description Lost.
             */
            lost: number;
            /** @description What was found, gravest first. */
            findings: components["schemas"]["Finding"][];
            /** @description Open deals that have outlived those that were won. */
            zombies: components["schemas"]["Zombie"][];
            /** @description How long is too long, stage by stage. */
            zombie_rules: components["schemas"]["ZombieRule"][];
            /** @description Fields that would give the outcome away. */
            leaks: components["schemas"]["Leak"][];
        };
        /** @description Seven quantiles of days. */
        DayQuantiles: {
            /**
             * Format: double
             * @description 5 %.
             */
            p5: number;
            /**
             * Format: double
             * @description 10 %.
             */
            p10: number;
            /**
             * Format: double
             * @description 25 %.
             */
            p25: number;
            /**
             * Format: double
             * @description The median.
             */
            p50: number;
            /**
             * Format: double
             * @description 75 %.
             */
            p75: number;
            /**
             * Format: double
             * @description 90 %.
             */
            p90: number;
            /**
             * Format: double
             * @description 95 %.
             */
            p95: number;
        };
        /** @description Days until closing. */
        Days: {
            /**
             * Format: int32
             * @description Runs it is over.
             */
            runs: number;
            /** @description The mean. */
            mean: components["schemas"]["Estimate"];
            /**
             * Format: double
             * @description The standard deviation.
             */
            sd: number;
            /** @description The quantiles. */
            quantiles: components["schemas"]["DayQuantiles"];
        };
        /** @description A deal's page. */
        Deal: {
            /** @description Its id. */
            id: string;
            /** @description What its source calls it in its history. */
            source_id: string;
            /** @description What each source calls it. */
            external_ids: {
                [key: string]: string;
            };
            /** @description Its name. */
            name?: string | null;
            company?: components["schemas"]["Company"] | null;
            owner?: components["schemas"]["Named"] | null;
            pipeline?: components["schemas"]["Named"] | null;
            /** @description The stage it is in, by the source's own label. */
            stage?: string | null;
            /** @description What that stage means. */
            canonical_stage?: string | null;
            /** @description `open`, `won` or `lost`. */
            outcome: string;
            /**
             * Format: date-time
             * @description When it entered its stage.
             */
            entered_stage_at?: string | null;
            /**
             * Format: double
             * @description Days since then, to a tenth.
             */
            days_in_stage?: number | null;
            amount?: components["schemas"]["Money"] | null;
            /**
             * Format: double
             * @description The chance of winning as the source says.
             */
            probability?: number | null;
            /**
             * Format: date
             * @description The day the source expects it to close.
             */
            close_date?: string | null;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at?: string | null;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at?: string | null;
            /**
             * Format: date-time
             * @description When it was won or lost.
             */
            closed_at?: string | null;
            /** @description Why it was lost. */
            lost_reason?: string | null;
            /**
             * @description Which of these fields the tenant takes from other fields of the source, and what the source
             *     itself says there.
             */
            taken: components["schemas"]["TakenDealField"][];
            /** @description Whatever else the source says. */
            custom_fields: {
                [key: string]: string;
            };
            /** @description What people say of it here; PATCH changes these. */
            own: components["schemas"]["OwnFields"];
            /** @description The contacts. */
            stakeholders: components["schemas"]["Contact"][];
            /** @description The newest activities. */
            activities: components["schemas"]["Activity"][];
            /** @description How many there are; the timeline has all. */
            activities_count: number;
            forecast?: components["schemas"]["DealForecast"] | null;
            no_forecast?: components["schemas"]["NoForecast"] | null;
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
        };
        /** @description Deals by how they ended. */
        DealEnds: {
            /**
             * Format: int64
             * @description Not at all yet.
             */
            open: number;
            /**
             * Format: int64
             * @description Won.
             */
            won: number;
            /**
             * Format: int64
             * @description Lost.
             */
            lost: number;
        };
        /** @description What a deal is expected to do, as of the moment the model was learned from. */
        DealForecast: {
            /**
             * Format: date-time
             * @description The moment it looks ahead from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description The page of the feed the model knows.
             */
            model_seq: number;
            /** @description Whether the data have changed since. */
            stale: boolean;
            /** @description How much history stands behind it: `normal` or `low_confidence`. */
            confidence: string;
            /** @description The currency of the amounts. */
            currency?: string | null;
            /** @description Its stage. */
            stage: string;
            /**
             * Format: double
             * @description Days it has been there.
             */
            days_in_stage: number;
            /**
             * Format: double
             * @description Days since it began.
             */
            age_days: number;
            /**
             * Format: double
             * @description Its amount.
             */
            amount?: number | null;
            /** @description Where the amount comes from: `deal`, `list_price` or `mean_of_won`. */
            amount_source?: string | null;
            /** @description Chance to be won in the end, with the 80 % interval of the model. */
            p_win: components["schemas"]["Range"];
            /**
             * Format: double
             * @description Amount × chance.
             */
            expected_value?: number | null;
            /**
             * Format: double
             * @description Expected days until it closes, either way.
             */
            expected_days: number;
            /**
             * Format: double
             * @description Expected days until it is won, if it is.
             */
            expected_days_if_won?: number | null;
            /** @description Chances by 30, 60 and 90 days from `as_of`. */
            by_days: components["schemas"]["ByDays"][];
            /** @description What sets it apart from the average deal in its stage. */
            reasons: components["schemas"]["Influence"][];
            /** @description Longer in its stage than any deal that was won: forgotten. */
            zombie: boolean;
            /**
             * Format: double
             * @description Longest stay in this stage from which deals were still won.
             */
            longest_won_stay?: number | null;
        };
        /** @description A page of deals, with figures over all deals that meet the filter. */
        DealList: {
            /** @description The page's deals. */
            data: components["schemas"]["DealRow"][];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description Over all deals that meet the filter. */
            totals: components["schemas"]["Totals"];
            /** @description What other choices would give. */
            facets: components["schemas"]["Facet"][];
        };
        /** @description What is to change of a deal; null empties a field, what is left out stays. */
        DealPatch: {
            /**
             * @description How the seller counts it: `commit`, `best_case`, `pipeline` or `omitted`.
             * @default null
             * @example commit
             */
            forecast_category?: string | null;
            /**
             * @description What is to be done next.
             * @default null
             */
            next_step?: string | null;
            /**
             * Format: date
             * @description By when.
             * @default null
             */
            next_step_due?: string | null;
            /**
             * @description Anything else.
             * @default null
             */
            note?: string | null;
            /**
             * @description Who may see it besides its owner and the owner's managers: people of the tenant.
             * @default null
             */
            visible_to?: string[] | null;
        };
        /**
         * @description A deal in a list. A field is there unless `fields` leaves it out; `p_win`, `external_ids` and
         *     `custom_fields` are there if it names them.
         */
        DealRow: {
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name?: string | null;
            company?: components["schemas"]["Named"] | null;
            owner?: components["schemas"]["Named"] | null;
            pipeline?: components["schemas"]["Named"] | null;
            /** @description The stage it is in, by the source's own label. */
            stage?: string | null;
            /**
             * @description What that stage means: `lead`, `qualification`, `discovery`, `demo`, `proposal`,
             *     `negotiation`, `closed_won` or `closed_lost`.
             */
            canonical_stage?: string | null;
            /** @description `open`, `won` or `lost`. */
            outcome?: string;
            amount?: components["schemas"]["Money"] | null;
            /**
             * Format: double
             * @description The chance of winning as the source says.
             */
            probability?: number | null;
            /**
             * Format: double
             * @description The chance of winning as the model says.
             */
            p_win?: number | null;
            /**
             * Format: date
             * @description The day the source expects it to close.
             */
            close_date?: string | null;
            /** @description How the seller counts it. */
            forecast_category?: string | null;
            /** @description What is to be done next. */
            next_step?: string | null;
            /**
             * Format: date
             * @description By when.
             */
            next_step_due?: string | null;
            /**
             * Format: double
             * @description Days in its stage, to a tenth.
             */
            days_in_stage?: number | null;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at?: string | null;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at?: string | null;
            /**
             * Format: date-time
             * @description When it was won or lost.
             */
            closed_at?: string | null;
            /** @description Why it was lost. */
            lost_reason?: string | null;
            /** @description What each source calls it. */
            external_ids?: {
                [key: string]: string;
            };
            /** @description Whatever else the source says. */
            custom_fields?: {
                [key: string]: string;
            };
        };
        /** @description The chance at one moment. */
        DealScore: {
            /**
             * Format: date-time
             * @description The moment.
             */
            at: string;
            /** @description The stage it was in from then on, by the source's own label; null where it closed. */
            stage?: string | null;
            /** @description `open`, `won` or `lost`. */
            outcome: string;
            /** @description Whether it came there at that very moment. */
            entered: boolean;
            p_win?: components["schemas"]["Range"] | null;
        };
        /** @description A deal's chance over time: today's model looking back. */
        DealScores: {
            /** @description The deal. */
            deal: string;
            /**
             * Format: date-time
             * @description The moment the model looks from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description The page of the feed the model knows.
             */
            model_seq: number;
            /** @description Whether the data have changed since. */
            stale: boolean;
            /** @description How much history stands behind it: `normal` or `low_confidence`. */
            confidence: string;
            /** @description How the chances are made, and what they know that nobody knew then. */
            rule: string;
            /** @description Whether the model has learned from how this very deal ended. */
            learned_from_it: boolean;
            /**
             * @description The oldest first: whenever its stage changed or something became known of it, and on even days
             *     between.
             */
            data: components["schemas"]["DealScore"][];
        };
        /** @description Figures over deals. */
        DealsStanding: {
            /**
             * Format: int64
             * @description Open deals.
             */
            open: number;
            /**
             * Format: int64
             * @description Won ones.
             */
            won: number;
            /**
             * Format: int64
             * @description Lost ones.
             */
            lost: number;
            open_amount?: components["schemas"]["Money"] | null;
            won_amount?: components["schemas"]["Money"] | null;
            lost_amount?: components["schemas"]["Money"] | null;
        };
        /** @description What must be said to delete a tenant. */
        DeleteTenant: {
            /** @description The tenant's name, to the letter. */
            confirm: string;
        };
        /** @description The difference a scenario makes. */
        Delta: {
            /** @description Of the chance to be won; the interval (80 %) is the model's. */
            p_win: components["schemas"]["Range"];
            /**
             * Format: double
             * @description Of the chance to be won within 90 days.
             */
            p_win_90_days: number;
            /**
             * Format: double
             * @description Of the expected days until closing.
             */
            expected_days: number;
            expected_value?: components["schemas"]["Range"] | null;
        };
        /** @description One kind of deviation. */
        Deviation: {
            /** @description What it is. */
            kind: components["schemas"]["DeviationKind"];
            /**
             * Format: int64
             * @description Times it occurred.
             */
            count: number;
            /**
             * Format: int64
             * @description Deals it occurred in.
             */
            deals: number;
            /**
             * Format: double
             * @description Their share of all deals with history.
             */
            share: number;
            win_rate?: components["schemas"]["Rate"] | null;
            win_difference?: components["schemas"]["Difference"] | null;
            /** @description Where, most frequent first. */
            places: [
                string,
                number
            ][];
            /** @description Some of the deals, by name. */
            examples: string[];
        };
        /**
         * @description A way of leaving the order.
         * @enum {string}
         */
        DeviationKind: "skipped" | "backward" | "after_close" | "undeclared";
        /** @description A difference of two shares with its 95 % interval. */
        Difference: {
            /**
             * Format: double
             * @description First minus second.
             */
            value: number;
            /**
             * Format: double
             * @description Lower end.
             */
            low: number;
            /**
             * Format: double
             * @description Upper end.
             */
            high: number;
        };
        /**
         * @description A circumstance that may go with another next step.
         * @enum {string}
         */
        Dimension: "days_in_stage" | "champion" | "blocker" | "industry" | "size" | "recency" | "previous_stage" | "visit";
        /** @description The recent past beside all before it. */
        Drift: {
            /**
             * Format: double
             * @description Days the recent window is long.
             */
            recent_days: number;
            /** @description One comparison per stage with enough exits on both sides. */
            stages: components["schemas"]["StageDrift"][];
            /** @description Open stages left out for having too few exits on one side. */
            too_few: string[];
        };
        /** @description That two nodes belong together. */
        Edge: {
            /** @description One. */
            from: string;
            /** @description The other. */
            to: string;
            /** @description `buys`, `sells`, `has_a_say` or `was_done`. */
            kind: string;
        };
        /** @description What is known about one covariate's effect. */
        Effect: {
            /** @description `champion`, `blocker` or `touches`. */
            covariate: string;
            /**
             * Format: double
             * @description Log-odds of moving forward per unit.
             */
            log_odds: number;
            /**
             * Format: double
             * @description Its standard deviation.
             */
            sd: number;
            /**
             * Format: double
             * @description Share of the prior in it.
             */
            prior_share: number;
            /** @description The prior outweighs the data. */
            prior_driven: boolean;
            /**
             * Format: int64
             * @description Finished stays it was learned from.
             */
            stays: number;
            /**
             * Format: int64
             * @description Those in which it was not 0.
             */
            stays_with: number;
            /**
             * Format: double
             * @description Its mean over finished stays.
             */
            mean: number;
            /** @description Always: an association, not a cause. */
            associational: boolean;
        };
        /** @description What champions, blockers and touches are associated with. */
        Effects: {
            /** @description One each. */
            all: components["schemas"]["Effect"][];
        };
        /**
         * @description When an address is believed.
         * @enum {string}
         */
        EmailBelief: "verified" | "trust_issuer";
        /**
         * @description Which way a deal ended.
         * @enum {string}
         */
        Ended: "won" | "lost";
        /** @description A deal the forecast knew that has closed. */
        EndedDeal: {
            /** @description Its id. */
            id: string;
            /** @description Its name, or what its source calls it. */
            name: string;
            owner?: components["schemas"]["Named"] | null;
            /**
             * Format: double
             * @description The chance to be won that it was given.
             */
            said: number;
            /** @description `won` or `lost`. */
            outcome: string;
            /**
             * Format: date-time
             * @description When.
             */
            closed_at?: string | null;
            amount?: components["schemas"]["Money"] | null;
        };
        /** @description Which person is to be erased: one of the two. */
        ErasePerson: {
            /** @description Their address. */
            email?: string | null;
            /** @description Their id. */
            person?: string | null;
        };
        /** @description A simulated value with the simulation's own error. */
        Estimate: {
            /**
             * Format: double
             * @description The value.
             */
            value: number;
            /**
             * Format: double
             * @description Its standard error.
             */
            se: number;
            /**
             * Format: double
             * @description The lower end of its 95 % interval.
             */
            low: number;
            /**
             * Format: double
             * @description The upper end.
             */
            high: number;
        };
        /** @description Something of a deal's past. */
        Event: {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description What. */
            activity: components["schemas"]["Activity"];
            /** @enum {string} */
            kind: "activity";
        } | {
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description The stage it left. */
            from?: string | null;
            /** @description The stage it entered. */
            to: string;
            /**
             * Format: double
             * @description Days in the stage it left.
             */
            days_in_from?: number | null;
            /** @enum {string} */
            kind: "stage";
        };
        /** @description What the model was learned from, over the whole tenant. */
        Evidence: {
            /**
             * Format: int64
             * @description Deals with any history.
             */
            deals: number;
            /**
             * Format: int64
             * @description Open ones.
             */
            open: number;
            /**
             * Format: int64
             * @description Closed ones.
             */
            closed: number;
            /**
             * Format: int64
             * @description Won.
             */
            won: number;
            /**
             * Format: int64
             * @description Lost.
             */
            lost: number;
        };
        /** @description A number of wins that was to be expected. */
        ExpectedWins: {
            /**
             * Format: double
             * @description The sum of the chances.
             */
            value: number;
            /**
             * Format: double
             * @description 10 % below, by the luck of each deal alone.
             */
            low: number;
            /**
             * Format: double
             * @description 10 % above.
             */
            high: number;
        };
        /**
         * @description What to take out.
         * @enum {string}
         */
        ExportKind: "deals" | "companies" | "contacts" | "activities" | "person" | "tenant";
        /**
         * @description The values of one field with their numbers: each counts the deals that meet every condition
         *     except those on this field.
         */
        Facet: {
            /** @description The field. */
            field: string;
            /** @description Its values. */
            values: components["schemas"]["FacetValue"][];
            /**
             * Format: int64
             * @description Deals without a value.
             */
            without: number;
            /**
             * Format: int64
             * @description Values beyond those listed.
             */
            more_values: number;
            /**
             * Format: int64
             * @description Deals with one of those.
             */
            more_deals: number;
        };
        /** @description One value of a facet. */
        FacetValue: {
            /** @description What a filter gives. */
            value: string;
            /** @description What a person reads. */
            label: string;
            /**
             * Format: int64
             * @description How many deals have it.
             */
            count: number;
        };
        /** @description What of the deals there is to choose from. */
        Facets: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description Over all deals that meet the filter. */
            totals: components["schemas"]["Totals"];
            /** @description What other choices would give. */
            facets: components["schemas"]["Facet"][];
        };
        /** @description A field of the source that is a custom field here. */
        FieldCandidate: {
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Deals on which it says something.
             */
            filled: number;
            /**
             * Format: int64
             * @description Of these, those on which it reads as a sum.
             */
            numbers: number;
            /**
             * Format: int64
             * @description Of these, those on which it reads as a day.
             */
            dates: number;
            /**
             * Format: int32
             * @description What would stand for certain if it were a chance: 1 where no number is above it, or 100; null
             *     where it cannot be one.
             */
            share_of?: number | null;
            /** @description A value or two, as the source writes them. */
            examples: string[];
        };
        /** @description One place that is wrong. */
        FieldError: {
            /**
             * @description Where: `/a/0/b` in the body, `?limit` in the query, `{id}` in the path, else a header.
             * @example /expected_close
             */
            pointer: string;
            /**
             * @description What is wrong there, for programs.
             * @example wrong_type
             */
            code: string;
            /** @description What is wrong there, for people. */
            message: string;
        };
        /**
         * @description Which fields of deals are taken from other fields of the source; those left out say what the
         *     source says itself.
         */
        FieldMapping: {
            /** @default null */
            name?: components["schemas"]["TakenField"] | null;
            /** @default null */
            amount?: components["schemas"]["TakenField"] | null;
            /** @default null */
            probability?: components["schemas"]["TakenField"] | null;
            /** @default null */
            close_date?: components["schemas"]["TakenField"] | null;
            /** @default null */
            lost_reason?: components["schemas"]["TakenField"] | null;
        };
        /** @description A deal of which a field would change, or cannot be read. */
        FieldRow: {
            /** @description The deal. */
            deal: string;
            /** @description Its name. */
            name?: string | null;
            /** @description The field. */
            field: string;
            /** @description What the other field says, as the source writes it. */
            value?: string | null;
            /** @description What the field says now: a sum with its currency, a share of 1, a day, or a text. */
            before?: string | null;
            /** @description What it would say. */
            after?: string | null;
            /** @description Why the value cannot be read. */
            issue?: string | null;
            /** @description What helps. */
            remedy?: string | null;
        };
        /** @description What would become of one field. */
        FieldTally: {
            /** @description `name`, `amount`, `probability`, `close_date` or `lost_reason`. */
            field: string;
            /** @description What it would be taken from; null where it would say again what the source says. */
            from?: string | null;
            /**
             * Format: int64
             * @description Deals that it can be taken of: all, or the lost ones for `lost_reason`.
             */
            of: number;
            /**
             * Format: int64
             * @description Of them, those of which it would change.
             */
            changed: number;
            /**
             * Format: int64
             * @description Those whose value cannot be read: the source's own stays.
             */
            unreadable: number;
            /**
             * Format: int64
             * @description Those that have no value there: the source's own stays.
             */
            missing: number;
        };
        /** @description What another mapping would change. */
        FieldsPreview: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description Deals of the connection.
             */
            deals: number;
            /**
             * Format: int64
             * @description Of them, those of which a field would change.
             */
            changed: number;
            /** @description Each field that is mapped, or no longer would be. */
            fields: components["schemas"]["FieldTally"][];
            /** @description Some of the deals: those that would change, and those that cannot be read. */
            rows: components["schemas"]["FieldRow"][];
        };
        /**
         * Format: binary
         * @description A file as it is.
         */
        FileBytes: string;
        /** @description A file of an import. */
        FileView: {
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Bytes so far; the next part begins here.
             */
            bytes: number;
            /**
             * Format: int64
             * @description All bytes.
             */
            total_bytes: number;
            /** @description Whether all of it is there. */
            is_whole: boolean;
        };
        /** @description What is wrong with the data. */
        Finding: {
            /** @description What kind. */
            kind: string;
            /** @description `error`, `warning` or `note`. */
            severity: string;
            /**
             * Format: int64
             * @description How many are affected.
             */
            count: number;
            /**
             * Format: int64
             * @description Out of how many.
             */
            of: number;
            /** @description What is wrong. */
            what: string;
            /** @description What to do about it. */
            remedy: string;
            /** @description Some of them. */
            examples: string[];
        };
        /** @description Where a deal stands at one of the two moments. */
        FlowPlace: {
            /** @description What it is. */
            kind: components["schemas"]["FlowPlaceKind"];
            /** @description The stage of what is open; null where nothing says. */
            stage?: string | null;
            /**
             * Format: int64
             * @description Its place among all that the flows name, in the order of stages, from 0.
             */
            order: number;
        };
        /**
         * @description What a deal is at one of the two moments.
         * @enum {string}
         */
        FlowPlaceKind: "open" | "opened" | "reopened" | "won" | "lost";
        /** @description A deal with what it is expected to do and the names a person knows it by. */
        ForecastDeal: {
            /** @description Its id. */
            id: string;
            /** @description What its source calls it. */
            source_id: string;
            /** @description Its name. */
            name?: string | null;
            /** @description Who would buy. */
            company?: string | null;
            /** @description Who sells. */
            owner?: string | null;
            /** @description What it is expected to do. */
            forecast: components["schemas"]["DealForecast"];
            /** @description The stages so far with the days in each. */
            path: components["schemas"]["StageDays"][];
        };
        /** @description What became of a saved forecast. */
        ForecastOutcome: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /**
             * Format: date-time
             * @description The moment the forecast looked ahead from.
             */
            from: string;
            /**
             * Format: double
             * @description Days since then.
             */
            days: number;
            /**
             * Format: int64
             * @description Deals it knew that the caller sees.
             */
            known: number;
            /**
             * Format: int64
             * @description Of them won by now.
             */
            won: number;
            /**
             * Format: int64
             * @description Lost by now.
             */
            lost: number;
            /**
             * Format: int64
             * @description Still open.
             */
            open: number;
            /**
             * Format: int64
             * @description Known then and not there any more, for who sees all deals.
             */
            gone: number;
            expected?: components["schemas"]["ExpectedWins"] | null;
            amount?: components["schemas"]["Money"] | null;
            amount_expected?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Won deals whose amount is in no sum.
             */
            left_out: number;
            /**
             * Format: int64
             * @description Deals won since that were not open then.
             */
            newcomers: number;
            newcomers_amount?: components["schemas"]["Money"] | null;
            /** @description Each period as it was told, with what has come of it. */
            periods: components["schemas"]["PeriodOutcome"][];
            /** @description The deals that closed, the most surprising first. */
            deals: components["schemas"]["EndedDeal"][];
        };
        /** @description A saved forecast with what it says. */
        ForecastRun: components["schemas"]["RunView"] & {
            /** @description Whether it is all of it: only those who see all deals get the figures of the whole tenant. */
            whole: boolean;
            /** @description What it says. */
            says: components["schemas"]["SavedForecast"];
        };
        /** @description Deals open for longer than any that was won. */
        ForgottenDeals: {
            /** @description How many. */
            count: number;
            /**
             * Format: double
             * @description What they are worth on paper.
             */
            amount: number;
            /**
             * Format: double
             * @description What the forecast gives them within 90 days.
             */
            expected_in_90_days: number;
            /**
             * Format: double
             * @description The share of open deals.
             */
            share: number;
            /** @description The largest of them. */
            examples: components["schemas"]["ForecastDeal"][];
        };
        /** @description How many deals get how far. */
        Funnel: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /** @description The pipelines that have deals. */
            pipelines: components["schemas"]["PipelineFunnel"][];
        };
        /** @description One open stage of a funnel. */
        FunnelStage: {
            /** @description Its label. */
            stage: string;
            /**
             * Format: int64
             * @description Deals that were ever in it.
             */
            entered: number;
            /**
             * Format: int64
             * @description Of those, deals that moved on.
             */
            moved_on: number;
            /**
             * Format: int64
             * @description Of those, deals lost without that.
             */
            lost: number;
            /**
             * Format: int64
             * @description Of those, deals still waiting.
             */
            waiting: number;
            conversion?: components["schemas"]["Rate"] | null;
            win_rate?: components["schemas"]["Rate"] | null;
        };
        /** @description Where to go. */
        GoTo: {
            /** @description Where to send the person, within ten minutes and in the same browser. */
            authorize_url: string;
        };
        /** @description How a source is let in. */
        Granting: {
            /**
             * @description The host where people sign in at the source, for a source that has several: one of its
             *     `hosts`, or a name under one that begins with a dot. Left out, where most people do.
             * @example test.salesforce.com
             */
            host?: string | null;
            /** @enum {string} */
            kind: "oauth";
        } | {
            /** @description The key. It is tried before it is kept, kept sealed, and never shown. */
            key: string;
            /** @enum {string} */
            kind: "key";
        };
        /** @description Who and what is around a deal. */
        Graph: {
            /** @description The deal, its company, its owner, its contacts and the kinds of what was done. */
            nodes: components["schemas"]["Node"][];
            /** @description How they belong together. */
            edges: components["schemas"]["Edge"][];
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
        };
        /** @description How the service stands. */
        Health: {
            /**
             * @description `ok`.
             * @example ok
             */
            status: string;
        };
        /** @description Runs by closing time in equal steps. */
        Histogram: {
            /**
             * Format: double
             * @description Width of a bar in days.
             */
            width_days: number;
            /** @description Won runs per bar; the last holds everything later too. */
            won: number[];
            /** @description Lost runs per bar. */
            lost: number[];
        };
        /** @description What was made of one column. */
        ImportColumn: {
            /** @description The heading. */
            column: string;
            /** @description The field it fills. */
            target: string;
            /** @description How its dates were read. */
            dates?: string | null;
            /** @description How its numbers were read. */
            decimal?: string | null;
            /** @description A value from it. */
            example?: string | null;
        };
        /** @description Something odd: where, what, and what helps. */
        ImportIssue: {
            /** @description The kind. */
            code: string;
            /** @description `note`, `warning` or `error`. */
            severity: string;
            /** @description Where it is. */
            place: components["schemas"]["ImportPlace"];
            /** @description What is odd. */
            what: string;
            /** @description What helps. */
            remedy: string;
            /** @description The beginning of the odd value. */
            value?: string | null;
        };
        /** @description The issues of one kind. */
        ImportIssueGroup: {
            /** @description The kind. */
            code: string;
            /** @description `note`, `warning` or `error`: the gravest of them. */
            severity: string;
            /**
             * Format: int64
             * @description How many there are.
             */
            count: number;
            /** @description The first of them. */
            examples: components["schemas"]["ImportIssue"][];
        };
        /** @description Odd things in an import's files. */
        ImportIssues: {
            /**
             * Format: int64
             * @description A row or cell is lost.
             */
            error: number;
            /**
             * Format: int64
             * @description Something may be wrong.
             */
            warning: number;
            /**
             * Format: int64
             * @description Worth knowing.
             */
            note: number;
        };
        /** @description How to read files, where they leave a choice. */
        ImportOptions: {
            /**
             * @description The instant the data stand at: a day, or a whole timestamp. Without it, their latest change.
             * @example 2026-09-30
             */
            as_of?: string | null;
            /**
             * @description How dates such as 3/4/2026 are written: `day_first` or `month_first`.
             * @example day_first
             */
            dates?: string | null;
            /**
             * @description How numbers such as 1,234 are written: `point` or `comma`.
             * @example point
             */
            decimal?: string | null;
            /**
             * @description The currency of sums that name none.
             * @example EUR
             */
            currency?: string | null;
            /**
             * @description How far times without a zone are ahead of UTC.
             * @example +02:00
             */
            utc_offset?: string | null;
            /**
             * @description What parts the cells of delimited text: one character, or `tab`.
             * @example ;
             */
            delimiter?: string | null;
            /** @description Stage labels that mean won, beside the known ones. */
            won?: string[];
            /** @description Stage labels that mean lost. */
            lost?: string[];
            /**
             * @description What every table is about, where their columns do not tell: `deals`, `stage_events`,
             *     `activities`, `contacts`, `accounts`, `team` or `products`.
             * @example deals
             */
            shape?: string | null;
            /** @description Single columns and the fields they fill, over everything else. */
            columns?: {
                [key: string]: string;
            };
            rates?: components["schemas"]["Rates"] | null;
        };
        /** @description A place in a file. */
        ImportPlace: {
            /** @description The file. */
            file?: string | null;
            /**
             * Format: int64
             * @description The line the record begins on, from 1.
             */
            row?: number | null;
            /** @description The column. */
            column?: string | null;
        };
        /** @description Rows of an import's files. */
        ImportRows: {
            /**
             * Format: int64
             * @description All of them.
             */
            read: number;
            /**
             * Format: int64
             * @description Those that something came of.
             */
            used: number;
            /**
             * Format: int64
             * @description The others; the report says why.
             */
            not_used: number;
        };
        /** @description What an import read, wrote and took back, as far as it has come. */
        ImportSummary: {
            /** @description Rows of the files. */
            rows?: components["schemas"]["ImportRows"];
            /** @description Odd things, by how much they matter. */
            issues?: components["schemas"]["ImportIssues"];
            /**
             * Format: date-time
             * @description The instant the data stand at.
             */
            as_of?: string;
            /** @description What a commit would write, by kind: `deals`, `companies`, … */
            would_write?: {
                [key: string]: components["schemas"]["Tally"];
            };
            /** @description What was written, by kind. */
            written?: {
                [key: string]: components["schemas"]["Tally"];
            };
            /** @description Some of what was not written because what is kept is newer. */
            stale?: string[];
            /** @description Some of what could not be kept. */
            quarantined?: components["schemas"]["Unkept"][];
            /** @description What was taken back. */
            undone?: components["schemas"]["ImportUndone"];
        };
        /** @description What one table gave. */
        ImportTable: {
            /** @description The name of the file. */
            file: string;
            /** @description The name of the array inside a JSON file. */
            table?: string | null;
            /** @description How the file is written. */
            format: string;
            /** @description What the table is about. */
            shape: string;
            /** @description Which known export it was recognised as. */
            preset: string;
            /**
             * Format: int64
             * @description Rows that are not blank and not left out.
             */
            rows_read: number;
            /**
             * Format: int64
             * @description Rows that gave something.
             */
            rows_used: number;
            /**
             * Format: int64
             * @description Rows that gave nothing; an issue says why.
             */
            rows_not_used: number;
            /**
             * Format: int64
             * @description Rows that were not asked for.
             */
            rows_left_out?: number;
            /**
             * Format: int64
             * @description Rows with an issue of their own.
             */
            rows_odd: number;
            /** @description The columns and what was made of them. */
            columns: components["schemas"]["ImportColumn"][];
        };
        /** @description What an undo did. */
        ImportUndone: {
            /**
             * Format: int64
             * @description Entities put back.
             */
            restored: number;
            /**
             * Format: int64
             * @description Entities taken out.
             */
            removed: number;
            /**
             * Format: int64
             * @description Entities left alone because they changed since.
             */
            changed_since: number;
            /** @description Some of those. */
            changed_since_keys: string[];
        };
        /** @description An import. */
        ImportView: {
            /** @description Its id. */
            id: string;
            /** @description The name of the source: the same source again updates what it brought before. */
            source: string;
            /**
             * @description `open`, `validating`, `validated`, `committing`, `committed`, `undoing`, `undone` or `failed`.
             * @example open
             */
            status: string;
            /** @description Its files. */
            files: components["schemas"]["FileView"][];
            /** @description How the files are read. */
            options: components["schemas"]["ImportOptions"];
            /** @description Whether a mapping was given. */
            has_mapping: boolean;
            /** @description Who made it. */
            created_by: string;
            /** @description What they are called; null where they have left. */
            created_by_name?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description The job that works on it, or did last. */
            job?: string | null;
            summary?: components["schemas"]["ImportSummary"] | null;
            /**
             * Format: date-time
             * @description When it was committed.
             */
            committed_at?: string | null;
            /** @description Why it cannot be taken back, where it cannot. */
            undo_blocked?: string | null;
            /** @description What can be done with it now. */
            next: string[];
        };
        /** @description Amounts that stand in for what deals do not say. */
        Imputed: {
            /**
             * Format: int64
             * @description Deals without an amount of their own.
             */
            deals: number;
            /**
             * Format: double
             * @description What is taken for them: a list price, or the mean of won deals.
             */
            amount: number;
        };
        /** @description A conclusion nobody stated, with the words it rests on. */
        Inferred: {
            /** @description The conclusion. */
            value: string;
            /** @description The words it rests on. */
            evidence: string;
        };
        /** @description What one feature does to a deal's odds. */
        Influence: {
            /** @description The feature. */
            feature: string;
            /**
             * Format: double
             * @description Change of the log-odds against the average deal in this stage.
             */
            log_odds: number;
        };
        /** @description A deal an insight names. */
        InsightDeal: {
            /** @description Its id. */
            id: string;
            /** @description Its name, or what its source calls it. */
            name: string;
            company?: components["schemas"]["Named"] | null;
            owner?: components["schemas"]["Named"] | null;
            /** @description Its stage. */
            stage?: string | null;
            /** @description `open`, `won` or `lost`. */
            outcome: string;
            amount?: components["schemas"]["Money"] | null;
            /**
             * Format: date
             * @description The day it is expected to close.
             */
            expected_close?: string | null;
            /**
             * Format: double
             * @description Days in its stage.
             */
            days_in_stage?: number | null;
            /**
             * Format: date-time
             * @description When there was contact last.
             */
            last_activity_at?: string | null;
            /**
             * Format: double
             * @description The chance to be won.
             */
            chance?: number | null;
            /** @description Why it is here. */
            reasons: components["schemas"]["Why"][];
        };
        /** @description A part of the price. */
        Instalment: {
            /**
             * @description How much of the price, in hundredths, as a decimal.
             * @example 100
             */
            percent: string;
            /**
             * Format: int32
             * @description Days after the close.
             */
            after_days: number;
        };
        /** @description A number with the 95 % interval of a bootstrap over deals. */
        Interval: {
            /**
             * Format: double
             * @description The number.
             */
            value?: number | null;
            /**
             * Format: double
             * @description Lower end.
             */
            low?: number | null;
            /**
             * Format: double
             * @description Upper end.
             */
            high?: number | null;
        };
        /** @description Whom to invite. */
        Invite: {
            /**
             * @description Their address.
             * @example ana@company.example
             */
            email: string;
            /** @description Their name. */
            name: string;
            /**
             * @description `ae`, `sales_manager`, `cro` or `admin`.
             * @example ae
             */
            role: string;
            /** @description The seller in the data they are. */
            person?: string | null;
            /** @description Whom they report to. */
            manager?: string | null;
            /** @description Their team. */
            team?: string | null;
        };
        /** @description An identity provider whose ID tokens are accepted. */
        Issuer: {
            /**
             * @description The exact `iss` of its tokens.
             * @example https://login.company.example
             */
            issuer: string;
            /** @description The client id that its tokens for us are made out to. */
            audience: string;
            /** @description Where its keys are published. */
            jwks_uri: string;
            /** @description How it signs. A token cannot choose. */
            algorithm: components["schemas"]["SigningAlgorithm"];
            /** @description When an address of its tokens is believed. */
            email: components["schemas"]["EmailBelief"];
            /** @description Claims that must have exactly this text, such as an organisation. */
            required?: {
                [key: string]: string;
            };
            /** @description The role that new members with an address of a domain get; nobody else is let in unasked. */
            roles?: {
                [key: string]: string;
            };
        };
        /** @description Why a job failed. */
        JobProblemView: {
            /** @description For programs. */
            code: string;
            /** @description What happened. */
            detail: string;
            /** @description What helps. */
            remedy: string;
        };
        /** @description What came of a job; what there is depends on its kind. */
        JobResult: {
            /** @description The forecast or backtest that was made. */
            run?: string | null;
            /** @description Why there is none. */
            not_enough_history?: string;
        } & {
            [key: string]: unknown;
        };
        /** @description A piece of work. */
        JobView: {
            /** @description Its id. */
            id: string;
            /**
             * @description What it does: `import.commit`.
             * @example import.commit
             */
            kind: string;
            /** @description What it works on. */
            subject?: string | null;
            /**
             * @description `queued`, `running`, `succeeded`, `failed` or `cancelled`.
             * @example running
             */
            status: string;
            /** @description How far it is. */
            progress: components["schemas"]["ProgressView"];
            /** @description Who asked for it. */
            created_by: string;
            /** @description What they are called; null for our own functions, and for whom the caller does not see. */
            created_by_name?: string | null;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When work began.
             */
            started_at?: string | null;
            /**
             * Format: date-time
             * @description The last sign of life.
             */
            heartbeat_at?: string | null;
            /**
             * Format: date-time
             * @description When it ended.
             */
            finished_at?: string | null;
            /**
             * Format: date-time
             * @description When it will be done at the present pace.
             */
            eta?: string | null;
            /** @description Whether somebody asked to stop it. */
            cancel_requested: boolean;
            result?: components["schemas"]["JobResult"] | null;
            problem?: components["schemas"]["JobProblemView"] | null;
            /** @description Where to go from here. */
            links: components["schemas"]["Links"];
        };
        /**
         * @description Who keeps a session.
         * @enum {string}
         */
        Keep: "tokens" | "cookie";
        /** @description A moment that stood out. */
        KeyMoment: {
            /**
             * Format: int64
             * @description How far into it, in milliseconds.
             */
            offset_ms?: number | null;
            /** @description What was said. */
            text: string;
            /**
             * Format: double
             * @description How it sounded, −1 to 1.
             */
            sentiment?: number | null;
        };
        /** @description A JSON Web Key Set. */
        KeySet: {
            /** @description The keys. */
            keys: {
                [key: string]: string;
            }[];
        };
        /** @description A key for a program; its secret is shown once, when it is made. */
        KeyView: {
            /** @description Its id. */
            id: string;
            /** @description What it is for. */
            name: string;
            /** @description How it begins. */
            prefix: string;
            /** @description How it ends. */
            last4: string;
            /** @description What it may. */
            scopes: string[];
            /** @description Its role. */
            role: string;
            /** @description The member it acts as. */
            member?: string | null;
            /** @description Who made it. */
            created_by: string;
            /** @description What they are called; null where that is not known any more. */
            created_by_name?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
            /**
             * Format: date-time
             * @description When it was last used, to five minutes.
             */
            last_used_at?: string | null;
            /**
             * Format: date-time
             * @description When it was revoked.
             */
            revoked_at?: string | null;
            /** @description The key itself, in the answer that makes it and never again. */
            key?: string | null;
        };
        /** @description A field whose being filled in tells the outcome. */
        Leak: {
            /** @description The field. */
            field: string;
            /**
             * Format: double
             * @description Share of won deals that lack it.
             */
            missing_won?: number | null;
            /**
             * Format: double
             * @description Share of lost deals that lack it.
             */
            missing_lost?: number | null;
            /**
             * Format: double
             * @description Share of open deals that lack it.
             */
            missing_open?: number | null;
            /** @description What it gives away. */
            what: string;
        };
        /** @description Revenue and number of wins of a period, an owner or a stage. */
        Line: {
            /** @description Which. */
            label: string;
            /** @description The deals it is of: what filters the same ones. Forecasts saved earlier do not say. */
            of?: components["schemas"]["LineOf"];
            /**
             * Format: int64
             * @description Open deals in it; for a period all.
             */
            deals: number;
            /**
             * Format: double
             * @description Sum of their amounts.
             */
            open_amount: number;
            /** @description The part of it that no deal says. Forecasts saved earlier do not tell. */
            imputed?: components["schemas"]["Imputed"];
            /** @description Revenue won. */
            revenue: components["schemas"]["Quantiled"];
            /** @description Deals won. */
            wins: components["schemas"]["Quantiled"];
        };
        /** @description What a line of a forecast is of. */
        LineOf: {
            /** @enum {string} */
            kind: "all";
        } | {
            /** @description Who; null for deals that nobody sells. */
            owner?: string | null;
            /** @enum {string} */
            kind: "owner";
        } | {
            /** @description The pipeline; null for deals in none. */
            pipeline?: string | null;
            /** @description The stage, by the source's own label. */
            stage: string;
            /** @enum {string} */
            kind: "stage";
        };
        /** @description Where to go from a job. */
        Links: {
            /** @description The job itself. */
            self: string;
            /** @description Its events. */
            events: string;
            /** @description Where to stop it, while that makes sense. */
            cancel?: string | null;
            /** @description What it works on, or what it made. */
            subject?: string | null;
        };
        /** @description Deals on a list, with the rule that puts them there. */
        Listed: {
            /**
             * Format: date-time
             * @description The moment asked about.
             */
            as_of: string;
            /** @description What puts a deal on the list. */
            rule: string;
            /** @description Why nothing can be said, where that is so. */
            note?: string | null;
            /**
             * Format: int64
             * @description How many deals are on it.
             */
            count: number;
            /**
             * Format: int64
             * @description Out of how many that could be.
             */
            of: number;
            amount?: components["schemas"]["Money"] | null;
            /** @description How many deals have each reason. */
            reasons: {
                [key: string]: number;
            };
            /** @description The first of them. */
            deals: components["schemas"]["InsightDeal"][];
        };
        /** @description A loop between two stages. */
        Loop: {
            /** @description What it is. */
            kind: components["schemas"]["LoopKind"];
            /** @description The stage it leaves. */
            from: string;
            /** @description The stage it goes to. */
            to: string;
            /**
             * Format: int64
             * @description Times it was made.
             */
            count: number;
            /**
             * Format: int64
             * @description Deals that made it.
             */
            deals: number;
            days?: components["schemas"]["Spread"] | null;
            /**
             * Format: int64
             * @description Times the deal never got back to where it was.
             */
            unrecovered: number;
            win_rate?: components["schemas"]["Rate"] | null;
            win_difference?: components["schemas"]["Difference"] | null;
            /** @description Some of the deals, by name. */
            examples: string[];
        };
        /**
         * @description A kind of going over the same ground.
         * @enum {string}
         */
        LoopKind: "repeat" | "step_back" | "redo" | "reopen";
        /** @description Which key to make. */
        MakeKey: {
            /** @description What it is for. */
            name: string;
            /** @description What it may: `read`, `write`, `import`, `simulate`, `export`, `admin`. */
            scopes: string[];
            /**
             * @description Its role, not above one's own.
             * @example cro
             */
            role: string;
            /** @description The member it acts as; needed for the roles that see a part of the deals. */
            member?: string | null;
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at?: string | null;
        };
        /** @description What files' columns mean. */
        Mapping: {
            /** @description Stage labels that mean won, beside the known ones. */
            won?: string[];
            /** @description Stage labels that mean lost. */
            lost?: string[];
            /** @description Stage labels and the canonical stage they stand for. */
            stages?: {
                [key: string]: string;
            };
            /** @description One entry for each table. */
            tables?: components["schemas"]["TableMapping"][];
        };
        /** @description A mapping, and where it is from. */
        MappingView: {
            /** @description `given`, or `suggested` by the validation. */
            origin: string;
            /** @description The mapping. */
            mapping: components["schemas"]["Mapping"];
        };
        /** @description Deals whose stage would mean something else. */
        MeaningMove: {
            /** @description What it means. */
            from?: string | null;
            /** @description What it would mean. */
            to?: string | null;
            /**
             * Format: int64
             * @description How many deals.
             */
            count: number;
            amount?: components["schemas"]["Money"] | null;
        };
        /** @description The measures of one set of forecasts. */
        Measures: {
            /**
             * Format: int64
             * @description How many forecasts.
             */
            rows: number;
            /**
             * Format: double
             * @description Mean squared error.
             */
            brier?: number | null;
            /**
             * Format: double
             * @description Mean negative log-likelihood.
             */
            log_loss?: number | null;
            /**
             * Format: double
             * @description How often a win is ranked above a loss; nothing where all ended alike.
             */
            auc?: number | null;
            /**
             * Format: double
             * @description Mean distance between forecast and share over ten equally filled bins.
             */
            ece?: number | null;
            /** @description Those bins: the reliability diagram. */
            reliability: components["schemas"]["ReliabilityBin"][];
        };
        /** @description Somebody who may sign in. */
        MemberView: {
            /** @description Their id. */
            id: string;
            /** @description Their address. */
            email: string;
            /** @description Their name. */
            name: string;
            /** @description What they do, and so how much they see: `ae`, `sales_manager`, `cro`, `admin`. */
            role: string;
            /** @description The seller in the data they are. */
            person?: string | null;
            /** @description Whom they report to. */
            manager?: string | null;
            /** @description Their team. */
            team?: string | null;
            /** @description `active`, `invited` or `disabled`. */
            status: string;
            /**
             * Format: date-time
             * @description When they were invited.
             */
            created_at: string;
        };
        /** @description A stage of a pipeline as mined. */
        MinedStage: {
            /** @description The source's own label. */
            label: string;
            outcome?: components["schemas"]["Ended"] | null;
            /** @description Deals rest here for good. */
            end: boolean;
            /** @description The pipeline's owner put it in the order; `false` where only the history shows it. */
            declared: boolean;
        };
        /** @description A sum of money. */
        Money: {
            /**
             * @description The sum as a decimal.
             * @example 1200.00
             */
            value: string;
            /**
             * @description The currency, ISO 4217.
             * @example EUR
             */
            currency: string;
        };
        /** @description A way deals moved. */
        Move: {
            /** @description The stage at the earlier moment. */
            from: string;
            /** @description The stage at the later one. */
            to: string;
            /** @description Whether that is a later stage. */
            forward: boolean;
            /**
             * Format: int64
             * @description How many deals.
             */
            count: number;
            amount?: components["schemas"]["Money"] | null;
        };
        /** @description A name with its id. */
        Named: {
            /** @description The id. */
            id: string;
            /** @description The name, where there is one. */
            name?: string | null;
        };
        /** @description What to test. */
        NewBacktest: {
            /**
             * Format: int32
             * @description Days each forecast looks ahead.
             * @default 30
             */
            horizon_days?: number | null;
            /**
             * Format: double
             * @description Days between origins; by default at most 24 origins over what there is.
             * @default null
             */
            every_days?: number | null;
        };
        /** @description What to forecast. */
        NewForecast: {
            /**
             * @description How long the periods are.
             * @default quarter
             */
            by?: components["schemas"]["PeriodLength"];
            /**
             * @description How many of them.
             * @default 4
             */
            periods?: number | null;
        };
        /** @description Changes to save. */
        NewScenario: {
            /** @description What to call it. */
            name: string;
            /** @description The changes. */
            changes: components["schemas"]["Scenario"][];
        };
        /** @description The settings that differ from the defaults. What is left out goes back to its default. */
        NewSettings: {
            /**
             * @description What amounts are added up in; nothing for the most frequent currency of the deals.
             * @example EUR
             */
            reporting_currency?: string | null;
            rates?: components["schemas"]["Rates"] | null;
            /**
             * Format: int32
             * @description The month, 1 to 12, that quarters are counted from.
             */
            quarter_start_month?: number;
            /**
             * Format: int32
             * @description Days after its expected close before a deal is overdue.
             */
            overdue_grace_days?: number;
            /** @description When a deal is stuck in its stage. */
            stuck?: components["schemas"]["Stuck"];
            /**
             * Format: int32
             * @description Days without contact after which a deal is inactive.
             */
            inactive_days?: number;
            /**
             * @description From which amount a deal is of high value, as a decimal; nothing for the largest fifth.
             * @example 50000
             */
            high_value?: string | null;
            /** @description Other numbers of days for some stages, by the source's label. */
            stages?: {
                [key: string]: components["schemas"]["StageDaysSetting"];
            };
            /** @description What a won deal must have to count as an order. */
            orders?: components["schemas"]["OrderChecks"];
            /** @description What must hold of open deals. */
            compliance?: components["schemas"]["ComplianceRule"][];
            /** @description How customers pay. */
            cash?: components["schemas"]["CashTerms"];
            /** @description The days on which people work. */
            calendar?: components["schemas"]["Calendar"];
            /** @description What each seller, by id, is to win in a quarter, as a decimal. */
            quotas?: {
                [key: string]: string;
            };
        };
        /** @description Why a deal has no forecast. */
        NoForecast: {
            /** @description `wrong_state` for a closed deal, `not_enough_history`. */
            code: string;
            /** @description In words. */
            detail: string;
        };
        /** @description Somebody or something around a deal. */
        Node: {
            /** @description Its id; `activity:call` for a kind of activity. */
            id: string;
            /** @description `deal`, `company`, `owner`, `stakeholder` or `activity`. */
            kind: string;
            /** @description What to write on it. */
            label?: string | null;
            /** @description The part a contact plays. */
            role?: string | null;
            /** @description How many activities of this kind there are. */
            count?: number | null;
            /**
             * Format: date-time
             * @description When the last was.
             */
            last_at?: string | null;
        };
        /** @description Something said against buying. */
        Objection: {
            /** @description What was said. */
            objection: string;
            /** @description Whether it is settled. */
            resolved: boolean;
            /** @description How it was settled. */
            resolution?: string | null;
        };
        /** @description A value, or several. */
        Operand: components["schemas"]["Scalar"] | components["schemas"]["Scalar"][];
        /** @description What is asked of a won deal before it counts as an order received. */
        OrderChecks: {
            /** @description An amount above zero. */
            amount: boolean;
            /** @description The day it was closed. */
            close_date: boolean;
            /** @description The company that ordered. */
            company: boolean;
            /** @description A bill to that company, where the data hold bills at all. */
            invoice: boolean;
            /**
             * Format: int32
             * @description Days after the close by which it is to be billed.
             */
            invoice_within_days: number;
            /** @description That the bill is paid once it is due, where the data hold payments at all. */
            payment: boolean;
        };
        /**
         * @description Where an order of stages comes from.
         * @enum {string}
         */
        OrderSource: "declared" | "discovered";
        /** @description Orders received in a period. */
        Orders: {
            /**
             * Format: date
             * @description The first day.
             */
            from: string;
            /**
             * Format: date
             * @description The last day.
             */
            to: string;
            /**
             * Format: int64
             * @description Won deals that have all they need.
             */
            complete: number;
            complete_amount?: components["schemas"]["Money"] | null;
            /**
             * Format: date-time
             * @description The moment asked about.
             */
            as_of: string;
            /** @description What puts a deal on the list. */
            rule: string;
            /** @description Why nothing can be said, where that is so. */
            note?: string | null;
            /**
             * Format: int64
             * @description How many deals were won.
             */
            count: number;
            /**
             * Format: int64
             * @description Out of how many that could be.
             */
            of: number;
            amount?: components["schemas"]["Money"] | null;
            /** @description How many deals lack what. */
            reasons: {
                [key: string]: number;
            };
            /** @description Those that lack most first. */
            deals: components["schemas"]["InsightDeal"][];
        };
        /** @description A past day from which was forecast. */
        Origin: {
            /**
             * Format: double
             * @description Days since 1970-01-01.
             */
            at: number;
            /**
             * Format: int64
             * @description Deals predicted.
             */
            open: number;
            /**
             * Format: int64
             * @description Wins seen within the horizon.
             */
            won: number;
            /**
             * Format: double
             * @description Wins expected.
             */
            expected: number;
            /** @description 80 % interval of the number of wins: lower and upper end. */
            interval80: [
                number,
                number
            ];
            /** @description 95 % interval of the number of wins. */
            interval95: [
                number,
                number
            ];
        };
        /** @description What people say of a deal here rather than in a source. */
        OwnFields: {
            /** @description How the seller counts it: `commit`, `best_case`, `pipeline` or `omitted`. */
            forecast_category?: string | null;
            /** @description What is to be done next. */
            next_step?: string | null;
            /**
             * Format: date
             * @description By when.
             */
            next_step_due?: string | null;
            /** @description Anything else. */
            note?: string | null;
            /** @description Who may see it besides its owner and the owner's managers. */
            visible_to: string[];
        };
        /** @description A seller of the tenant. */
        Owner: {
            /** @description Their id. */
            id: string;
            /** @description Their name. */
            name?: string | null;
            /** @description Their address. */
            email?: string | null;
            /** @description Their team or office. */
            team?: string | null;
            /** @description Whom they report to. */
            manager?: string | null;
            /** @description What they do, in the source's words. */
            role?: string | null;
            /** @description What each source calls them. */
            external_ids: {
                [key: string]: string;
            };
        };
        /** @description Key figures of one seller. */
        OwnerKpis: {
            owner?: components["schemas"]["Named"] | null;
            /**
             * Format: int64
             * @description Open deals.
             */
            open: number;
            open_amount?: components["schemas"]["Money"] | null;
            weighted?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Deals won since then.
             */
            won: number;
            won_amount?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Deals lost since then.
             */
            lost: number;
            win_rate?: components["schemas"]["Rate"] | null;
            cycle?: components["schemas"]["Spread"] | null;
            average_deal?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Contacts in the last 30 days.
             */
            activities_30_days: number;
            /**
             * Format: int64
             * @description Open deals past their expected close.
             */
            overdue: number;
            /**
             * Format: int64
             * @description Open deals too long in their stage.
             */
            stuck: number;
            /**
             * Format: int64
             * @description Open deals without contact for too long.
             */
            inactive: number;
            quota?: components["schemas"]["Quota"] | null;
        };
        /** @description Key figures of the sellers seen. */
        OwnersKpis: {
            /**
             * Format: date-time
             * @description The moment asked about.
             */
            as_of: string;
            /** @description How they are counted. */
            rule: string;
            /**
             * Format: date
             * @description Since when closed deals count.
             */
            since: string;
            /** @description The one with the largest open pipeline first. */
            owners: components["schemas"]["OwnerKpis"][];
            /** @description All together. */
            total: components["schemas"]["OwnerKpis"];
        };
        /** @description Whether deals leave sooner or later than deals of the same age used to. */
        PaceDrift: {
            /**
             * Format: double
             * @description Recent exits per expected exit: 2 means twice as fast at the same age, 0.5 half as fast.
             */
            rate_ratio: number;
            /**
             * Format: double
             * @description p-value, adjusted for all comparisons made.
             */
            p_value: number;
            /** @description Both significant and large enough to matter. */
            drifted: boolean;
        };
        /** @description A page of a list. */
        Page_Activity: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description The deal it was about. */
                deal?: string | null;
                /**
                 * @description `email`, `call`, `meeting`, `demo`, `proposal`, `contract`, `objection`, `follow_up` or
                 *     `internal`.
                 */
                kind: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description Who took part. */
                participants: string[];
                /** @description How it went: `positive`, `neutral`, `negative` or `unknown`. */
                outcome: string;
                /** @description What it was about. */
                summary?: string | null;
                /** @description What stood out. */
                key_moments: components["schemas"]["KeyMoment"][];
                /** @description What was agreed to do next. */
                next_steps: string[];
                /** @description What was said against buying. */
                objections: components["schemas"]["Objection"][];
                /** @description What each source calls it. */
                external_ids: {
                    [key: string]: string;
                };
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_AuditView: {
            /** @description The rows. */
            data: {
                /**
                 * Format: int64
                 * @description Its place in the log.
                 */
                seq: number;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description Who did it: a member, a key or a function of ours. */
                actor: string;
                /** @description What they are called; null for a function of ours and for who has left. */
                actor_name?: string | null;
                /** @description What: `member.invite`. */
                action: string;
                /** @description To what. */
                target: string;
                /** @description What it is called, where it is a member or a key. */
                target_name?: string | null;
                /** @description What else is to be known. */
                detail: {
                    [key: string]: string;
                };
                /** @description The request it was part of. */
                request_id: string;
                /** @description The digest of the event before and of this one. */
                hash: string;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_Company: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description Its name. */
                name?: string | null;
                /** @description Its internet domain. */
                domain?: string | null;
                /** @description Its industry, in the source's words. */
                industry?: string | null;
                /**
                 * Format: int64
                 * @description How many people work there.
                 */
                employees?: number | null;
                annual_revenue?: components["schemas"]["Money"] | null;
                owner?: components["schemas"]["Named"] | null;
                /** @description What each source calls it. */
                external_ids: {
                    [key: string]: string;
                };
                /** @description Whatever else the source says. */
                custom_fields: {
                    [key: string]: string;
                };
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_ConnectionView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description The source: `hubspot`. */
                source: string;
                /** @description The source's name as people write it. */
                title: string;
                /** @description What people call it. */
                name: string;
                /**
                 * @description `pending`, `active`, `needs_reauth`, `paused` or `disabled`.
                 * @example active
                 */
                status: string;
                /** @description How it stands, in a sentence. */
                sentence: string;
                /** @description What a person can do, where it needs one. */
                reason?: string | null;
                /**
                 * @description `oauth` or `key`.
                 * @example oauth
                 */
                auth: string;
                /** @description The source's id of the account, once it is known. */
                account?: string | null;
                /** @description The account's own address at the source, where it has one. */
                instance_url?: string | null;
                /** @description Where people sign in at the source, if not where most do. */
                login_host?: string | null;
                /** @description Whether it is a place to try things. */
                sandbox: boolean;
                /**
                 * Format: int32
                 * @description Minutes between two syncs.
                 */
                every_min: number;
                /** @description Streams that nobody wants. */
                streams_off: string[];
                /** @description Whether the source tells of changes at once. */
                webhook: boolean;
                /** @description Who made it. */
                created_by: string;
                /** @description What they are called; null where they have left, and for whom the caller does not see. */
                created_by_name?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description The job of the run that is at work, while one is. */
                run?: string | null;
                /**
                 * Format: date-time
                 * @description When it was last brought up to date.
                 */
                last_sync_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it is to be synced next.
                 */
                next_sync_at?: string | null;
                /**
                 * Format: date-time
                 * @description When what is kept was last held against the source.
                 */
                last_reconciled_at?: string | null;
                /**
                 * Format: date-time
                 * @description Up to when all changes of all its streams are in.
                 */
                complete_until?: string | null;
                /** @description How its streams stand, in the order they are read. */
                streams: components["schemas"]["StreamView"][];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_ConnectorView: {
            /** @description The rows. */
            data: {
                /**
                 * @description Its id.
                 * @example hubspot
                 */
                id: string;
                /** @description Its name as people write it. */
                title: string;
                /** @description What it knows: `crm` or `billing`. */
                category: string;
                /** @description How it is let in; the first is what most people should take. */
                auth: components["schemas"]["AuthView"][];
                /** @description What it has, by name. */
                streams: string[];
                webhook?: components["schemas"]["PushView"] | null;
                /** @description Whether this installation is registered at the source, which consent needs. */
                registered: boolean;
                /** @description Whether a sandbox of it is offered here. */
                sandbox: boolean;
                /** @description Whether its accounts can sign in here. */
                signs_in: boolean;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_Contact: {
            /** @description The rows. */
            data: {
                /** @description Their id. */
                id: string;
                /** @description The deal they have a say in. */
                deal: string;
                /** @description Their name. */
                name?: string | null;
                /** @description Their job title. */
                title?: string | null;
                /** @description Their address. */
                email?: string | null;
                /** @description The part they play: `champion`, `blocker`, `economic_buyer` and so on. */
                role?: string | null;
                /**
                 * Format: double
                 * @description How they feel about us, −1 to 1.
                 */
                sentiment?: number | null;
                /**
                 * Format: double
                 * @description How involved they are, 0 to 1.
                 */
                engagement?: number | null;
                /**
                 * Format: date-time
                 * @description When we last spoke.
                 */
                last_contact?: string | null;
                /**
                 * Format: date-time
                 * @description When they joined the deal.
                 */
                added_at?: string | null;
                communication_style?: components["schemas"]["Inferred"] | null;
                /** @description What they are like, as inferred. */
                personality_traits: components["schemas"]["Inferred"][];
                /** @description What each source calls them. */
                external_ids: {
                    [key: string]: string;
                };
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_Event: {
            /** @description The rows. */
            data: ({
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description What. */
                activity: components["schemas"]["Activity"];
                /** @enum {string} */
                kind: "activity";
            } | {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /** @description The stage it left. */
                from?: string | null;
                /** @description The stage it entered. */
                to: string;
                /**
                 * Format: double
                 * @description Days in the stage it left.
                 */
                days_in_from?: number | null;
                /** @enum {string} */
                kind: "stage";
            })[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_ImportView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description The name of the source: the same source again updates what it brought before. */
                source: string;
                /**
                 * @description `open`, `validating`, `validated`, `committing`, `committed`, `undoing`, `undone` or `failed`.
                 * @example open
                 */
                status: string;
                /** @description Its files. */
                files: components["schemas"]["FileView"][];
                /** @description How the files are read. */
                options: components["schemas"]["ImportOptions"];
                /** @description Whether a mapping was given. */
                has_mapping: boolean;
                /** @description Who made it. */
                created_by: string;
                /** @description What they are called; null where they have left. */
                created_by_name?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description The job that works on it, or did last. */
                job?: string | null;
                summary?: components["schemas"]["ImportSummary"] | null;
                /**
                 * Format: date-time
                 * @description When it was committed.
                 */
                committed_at?: string | null;
                /** @description Why it cannot be taken back, where it cannot. */
                undo_blocked?: string | null;
                /** @description What can be done with it now. */
                next: string[];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_JobView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /**
                 * @description What it does: `import.commit`.
                 * @example import.commit
                 */
                kind: string;
                /** @description What it works on. */
                subject?: string | null;
                /**
                 * @description `queued`, `running`, `succeeded`, `failed` or `cancelled`.
                 * @example running
                 */
                status: string;
                /** @description How far it is. */
                progress: components["schemas"]["ProgressView"];
                /** @description Who asked for it. */
                created_by: string;
                /** @description What they are called; null for our own functions, and for whom the caller does not see. */
                created_by_name?: string | null;
                /**
                 * Format: date-time
                 * @description When it was asked for.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When work began.
                 */
                started_at?: string | null;
                /**
                 * Format: date-time
                 * @description The last sign of life.
                 */
                heartbeat_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it ended.
                 */
                finished_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it will be done at the present pace.
                 */
                eta?: string | null;
                /** @description Whether somebody asked to stop it. */
                cancel_requested: boolean;
                result?: components["schemas"]["JobResult"] | null;
                problem?: components["schemas"]["JobProblemView"] | null;
                /** @description Where to go from here. */
                links: components["schemas"]["Links"];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_KeyView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description What it is for. */
                name: string;
                /** @description How it begins. */
                prefix: string;
                /** @description How it ends. */
                last4: string;
                /** @description What it may. */
                scopes: string[];
                /** @description Its role. */
                role: string;
                /** @description The member it acts as. */
                member?: string | null;
                /** @description Who made it. */
                created_by: string;
                /** @description What they are called; null where that is not known any more. */
                created_by_name?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description When it ends.
                 */
                expires_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it was last used, to five minutes.
                 */
                last_used_at?: string | null;
                /**
                 * Format: date-time
                 * @description When it was revoked.
                 */
                revoked_at?: string | null;
                /** @description The key itself, in the answer that makes it and never again. */
                key?: string | null;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_MemberView: {
            /** @description The rows. */
            data: {
                /** @description Their id. */
                id: string;
                /** @description Their address. */
                email: string;
                /** @description Their name. */
                name: string;
                /** @description What they do, and so how much they see: `ae`, `sales_manager`, `cro`, `admin`. */
                role: string;
                /** @description The seller in the data they are. */
                person?: string | null;
                /** @description Whom they report to. */
                manager?: string | null;
                /** @description Their team. */
                team?: string | null;
                /** @description `active`, `invited` or `disabled`. */
                status: string;
                /**
                 * Format: date-time
                 * @description When they were invited.
                 */
                created_at: string;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_Owner: {
            /** @description The rows. */
            data: {
                /** @description Their id. */
                id: string;
                /** @description Their name. */
                name?: string | null;
                /** @description Their address. */
                email?: string | null;
                /** @description Their team or office. */
                team?: string | null;
                /** @description Whom they report to. */
                manager?: string | null;
                /** @description What they do, in the source's words. */
                role?: string | null;
                /** @description What each source calls them. */
                external_ids: {
                    [key: string]: string;
                };
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_PipelineView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description What the source calls it. */
                name: string;
                /** @description Its stages, in order. */
                stages: components["schemas"]["StageView"][];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_RoleView: {
            /** @description The rows. */
            data: {
                /** @description Its name. */
                role: string;
                /** @description What it sees. */
                sees: string;
                /** @description What it may. */
                scopes: string[];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_RunView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /**
                 * Format: date-time
                 * @description The moment of the data it looks from.
                 */
                as_of: string;
                /**
                 * Format: int64
                 * @description The page of the feed it knew.
                 */
                seq: number;
                /**
                 * Format: date-time
                 * @description When it was made.
                 */
                created_at: string;
                /** @description Who asked for it. */
                created_by: string;
                /** @description What they are called; null for the schedule, and for whom the caller does not see. */
                created_by_name?: string | null;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_SavedIssuer: {
            /** @description The rows. */
            data: {
                /** @description Its name. */
                id: string;
                /** @description The provider. */
                issuer: components["schemas"]["Issuer"];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_SavedScenario: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description What it is called. */
                name: string;
                /** @description The changes, as texts. */
                changes: string[];
                /** @description Who saved it. */
                created_by: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_SimulationRow: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description The deal. */
                deal: string;
                /** @description What the deal is called. */
                deal_name?: string | null;
                /** @description Who asked. */
                created_by: string;
                /** @description What they are called; null where the caller does not see them, or they have left. */
                created_by_name?: string | null;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
                /** @description The changes. */
                scenarios: string[];
                /** @description The difference they make. */
                delta: components["schemas"]["Delta"];
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_Transition: {
            /** @description The rows. */
            data: {
                /** @description The stage it left; null for its first. */
                from?: string | null;
                /** @description The stage it entered. */
                to: string;
                /**
                 * Format: date-time
                 * @description When.
                 */
                at: string;
                /**
                 * Format: double
                 * @description Days in the stage it left.
                 */
                days_in_from?: number | null;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description A page of a list. */
        Page_ViewView: {
            /** @description The rows. */
            data: {
                /** @description Its id. */
                id: string;
                /** @description What it is called. */
                name: string;
                /**
                 * @description The conditions, order and search, as the list of deals takes them.
                 * @example {
                 *       "filter[outcome]": "open",
                 *       "sort": "-amount"
                 *     }
                 */
                query: {
                    [key: string]: string;
                };
                /** @description Whether everybody of the tenant sees it; what deals they see in it is up to who they are. */
                shared: boolean;
                /** @description Who saved it. */
                owner: string;
                /** @description Whether the caller may change it. */
                can_change: boolean;
                /**
                 * Format: date-time
                 * @description When.
                 */
                created_at: string;
            }[];
            /** @description Whether more follow. */
            has_more: boolean;
            /** @description What leads to the next page. */
            next_cursor?: string | null;
            /**
             * Format: date-time
             * @description The moment the rows are of.
             */
            as_of: string;
        };
        /** @description Both arms simulated on the same luck. */
        Pair: {
            /** @description Without the change. */
            baseline: components["schemas"]["Runs"];
            /** @description With it. */
            modified: components["schemas"]["Runs"];
            /** @description Change of the share won. */
            p_win: components["schemas"]["Estimate"];
            /** @description Change of the days until closing. */
            days: components["schemas"]["Estimate"];
            /**
             * Format: int32
             * @description Runs won only with the change.
             */
            gained: number;
            /**
             * Format: int32
             * @description Runs won only without it.
             */
            forgone: number;
        };
        /** @description A part of the waterfall. */
        Part: {
            /** @description `start`, `opened`, `reopened`, `increased`, `decreased`, `won`, `lost` or `end`. */
            kind: string;
            /**
             * Format: int64
             * @description How many deals.
             */
            count: number;
            amount?: components["schemas"]["Money"] | null;
            /** @description The largest of them. */
            deals: components["schemas"]["InsightDeal"][];
        };
        /**
         * @description How long the periods are.
         * @enum {string}
         */
        PeriodLength: "month" | "quarter";
        /** @description A period of a saved forecast with what has come of it. */
        PeriodOutcome: {
            /** @description Its label. */
            label: string;
            /**
             * Format: date
             * @description The first day.
             */
            start: string;
            /**
             * Format: date
             * @description The day after the last.
             */
            end: string;
            /** @description Whether it can be judged. */
            state: components["schemas"]["PeriodState"];
            /**
             * Format: double
             * @description Revenue as it was told: 10 % of the draws were below.
             */
            p10: number;
            /**
             * Format: double
             * @description Half were below.
             */
            p50: number;
            /**
             * Format: double
             * @description 90 % were below.
             */
            p90: number;
            /**
             * Format: int64
             * @description Won in it so far, of the deals the forecast knew.
             */
            won: number;
            amount?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Won in it so far, of other deals.
             */
            newcomers: number;
            newcomers_amount?: components["schemas"]["Money"] | null;
            /** @description Whether what was won lies between P10 and P90, once it is over. */
            inside?: boolean | null;
        };
        /**
         * @description Whether a period can be judged.
         * @enum {string}
         */
        PeriodState: "ended" | "running" | "ahead";
        /** @description The funnel of one pipeline. */
        PipelineFunnel: {
            /** @description Its id. */
            id?: string | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Deals with any history.
             */
            deals: number;
            win_rate?: components["schemas"]["Rate"] | null;
            /** @description The open stages, in order. */
            stages: components["schemas"]["FunnelStage"][];
        };
        /** @description One pipeline as mined. */
        PipelineMap: {
            /** @description Its id. */
            id?: string | null;
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description Its deals.
             */
            deals: number;
            /** @description Its stages in order: label, outcome, whether deals end there. */
            stages: components["schemas"]["MinedStage"][];
            /** @description Where that order comes from. */
            order: components["schemas"]["OrderSource"];
            /** @description Every move that occurs, with its share, its time and what it depends on. */
            transitions: components["schemas"]["Transitions"];
            /** @description How long deals stay. */
            dwell: components["schemas"]["StageDwell"][];
            /** @description Which ways they take. */
            variants: components["schemas"]["Variants"];
            /** @description Where time costs wins, worst first. */
            bottlenecks: components["schemas"]["Bottleneck"][];
            /** @description What is done twice. */
            rework: components["schemas"]["Rework"];
            /** @description Where the order is left. */
            conformance: components["schemas"]["Conformance"];
            /** @description What changed lately. */
            drift: components["schemas"]["Drift"];
        };
        /** @description A pipeline. */
        PipelineView: {
            /** @description Its id. */
            id: string;
            /** @description What the source calls it. */
            name: string;
            /** @description Its stages, in order. */
            stages: components["schemas"]["StageView"][];
        };
        /** @description A deal as it would come in. */
        PreviewDeal: {
            /** @description The id it would have. */
            id: string;
            /** @description What the source calls it. */
            source_id: string;
            /** @description Its name. */
            name?: string | null;
            /** @description Who would buy. */
            company?: string | null;
            /** @description Who sells. */
            owner?: string | null;
            amount?: components["schemas"]["Money"] | null;
            /** @description The stage it is in, in the source's words. */
            stage?: string | null;
            /** @description What that stage means. */
            canonical_stage?: string | null;
            /**
             * Format: date
             * @description The day it should close.
             */
            expected_close?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at?: string | null;
            /**
             * Format: date-time
             * @description When it closed.
             */
            closed_at?: string | null;
            /**
             * Format: int64
             * @description How many stages it entered.
             */
            visits: number;
        };
        /** @description What a [`Problem`] says. It is read and changed through the problem itself. */
        Problem: {
            /**
             * @description A URI that names the kind of problem.
             * @example urn:pie:problem:not_found
             */
            type: string;
            /** @description The kind of problem in words, the same every time. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What happened this time. */
            detail: string;
            /** @description The kind of problem as a word for programs. */
            code: components["schemas"]["Code"];
            /** @description Where it is. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The request, for a question to us. */
            request_id?: string | null;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /** @description What helps. */
            remedy: string;
        };
        /** @description A move between two stages. */
        ProcessEdge: {
            /** @description The stage left. */
            from: string;
            /** @description The stage entered. */
            to: string;
            /**
             * Format: int64
             * @description How many moves.
             */
            count: number;
            /**
             * Format: int64
             * @description How many deals made it at least once.
             */
            deals: number;
            /**
             * Format: double
             * @description Share of all moves out of `from`.
             */
            share: number;
            /**
             * Format: double
             * @description That share, shrunk towards the pipeline's.
             */
            probability: number;
            /** @description Time spent in `from` before the move. */
            dwell: components["schemas"]["Spread"];
            win_rate?: components["schemas"]["Rate"] | null;
        };
        /** @description How deals really moved. */
        ProcessMap: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /** @description The pipelines that have deals. */
            pipelines: components["schemas"]["PipelineMap"][];
        };
        /** @description How far a job has come. */
        ProgressView: {
            /**
             * @description What is done now.
             * @example writing
             */
            phase: string;
            /**
             * Format: int64
             * @description So much of it.
             */
            done: number;
            /**
             * Format: int64
             * @description Of so much, where it is known.
             */
            total?: number | null;
        };
        /** @description How a source tells of changes at once. */
        PushView: {
            /**
             * @description `connection` where each connection has an address of its own, `app` where there is one for
             *     all accounts.
             */
            kind: string;
            /** @description The one address for all accounts, which is given to the app and not to an account. */
            url?: string | null;
            /** @description What to do, for the person. */
            help: string;
        };
        /** @description A mapping to try, or to save. */
        PutFields: {
            /** @description The whole of it, in place of that before; `{}` takes it back. */
            fields: components["schemas"]["FieldMapping"];
        };
        /** @description What one stage means. */
        PutStage: {
            /** @description The stage, as the source calls it. */
            label: string;
            /**
             * @description `lead`, `qualification`, `discovery`, `demo`, `proposal`, `negotiation`, `closed_won` or
             *     `closed_lost`; null takes the tenant's word back.
             * @example negotiation
             */
            canonical?: string | null;
        };
        /** @description What stages mean, in the tenant's own word. */
        PutStages: {
            /** @description Each stage that is to mean something else than before. */
            stages: components["schemas"]["PutStage"][];
        };
        /** @description What a source calls with. */
        PutWebhook: {
            /**
             * @description What the source signs with, the newest first, in place of what was kept; several while one
             *     is changed at the source. For a source that signs nothing, `user:password`. Left out, what is
             *     kept stays; such a source is then given a user and a password.
             */
            secrets?: string[] | null;
            /** @description Whether a new address takes the place of the one that is there. */
            new_address?: boolean;
        };
        /** @description Quantiles of a total. */
        Quantiled: {
            /**
             * Format: double
             * @description Mean of the best model.
             */
            expected: number;
            /**
             * Format: double
             * @description 10 % of the draws are below.
             */
            p10: number;
            /**
             * Format: double
             * @description Half are below.
             */
            p50: number;
            /**
             * Format: double
             * @description 90 % are below.
             */
            p90: number;
            /**
             * Format: double
             * @description The simulation's own error.
             */
            simulation_se: number;
        };
        /** @description What is to be won in a quarter. */
        Quota: {
            /**
             * Format: date
             * @description The first day of the quarter.
             */
            start: string;
            /**
             * Format: date
             * @description The day after its last.
             */
            end: string;
            /** @description What is to be won. */
            target: components["schemas"]["Money"];
            /** @description What was won so far. */
            won: components["schemas"]["Money"];
            /**
             * Format: double
             * @description The share of the target.
             */
            attained: number;
        };
        /** @description A number with the 80 % interval of the model's own uncertainty. */
        Range: {
            /**
             * Format: double
             * @description The best model's number.
             */
            value: number;
            /**
             * Format: double
             * @description 10 % of the ensemble are below.
             */
            low: number;
            /**
             * Format: double
             * @description 10 % of the ensemble are above.
             */
            high: number;
        };
        /** @description A share with its 95 % interval. */
        Rate: {
            /**
             * Format: int64
             * @description How many had it.
             */
            hits: number;
            /**
             * Format: int64
             * @description Out of how many.
             */
            n: number;
            /**
             * Format: double
             * @description The share.
             */
            value: number;
            /**
             * Format: double
             * @description Lower end.
             */
            low: number;
            /**
             * Format: double
             * @description Upper end.
             */
            high: number;
        };
        /** @description The rates of a day. */
        Rates: {
            /**
             * Format: date
             * @description The day.
             */
            as_of: string;
            /**
             * @description The currency they are for.
             * @example USD
             */
            base: string;
            /** @description How many units of each currency one unit of `base` buys, as decimals. */
            rates: {
                [key: string]: string;
            };
        };
        /** @description A change that would help. */
        Recommendation: {
            /**
             * @description The change, as a simulation takes it.
             * @example add_champion
             */
            scenario: string;
            /** @description The difference it makes. */
            delta: components["schemas"]["Delta"];
            /**
             * Format: double
             * @description Expected value gained, or chance where the deal has no amount.
             */
            gain: number;
            /** @description What it rests on. */
            evidence: components["schemas"]["RestsOn"][];
        };
        /** @description What would help a deal most. */
        Recommendations: {
            /** @description The deal. */
            deal: string;
            /**
             * Format: date-time
             * @description The moment it looks ahead from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description The page of the feed the model knows.
             */
            model_seq: number;
            /** @description Whether the data have changed since. */
            stale: boolean;
            /** @description The currency of the amounts. */
            currency?: string | null;
            /** @description The best first. */
            data: components["schemas"]["Recommendation"][];
        };
        /** @description How to be let in anew. */
        Reconnect: {
            auth?: components["schemas"]["Granting"] | null;
        };
        /** @description A refresh token. */
        Refresh: {
            /** @description The newest refresh token of the session; left out by a browser, whose cookie holds it. */
            refresh_token?: string | null;
        };
        /** @description Forecasts of about the same size and what came of them. */
        ReliabilityBin: {
            /**
             * Format: int64
             * @description How many forecasts.
             */
            count: number;
            /**
             * Format: double
             * @description Their mean.
             */
            forecast: number;
            /**
             * Format: double
             * @description The share that came true.
             */
            observed: number;
            /**
             * Format: double
             * @description Lower end of its 95 % interval, in which several forecasts of one deal count as fewer. Backtests
             *     saved earlier do not tell.
             */
            low?: number;
            /**
             * Format: double
             * @description Upper end.
             */
            high?: number;
        };
        /** @description What a validation found. */
        ReportView: {
            /** @description Each table of each file. */
            tables: components["schemas"]["ImportTable"][];
            /** @description Everything odd by kind, the gravest first. */
            issues: components["schemas"]["ImportIssueGroup"][];
            /** @description The first deals as they would come in. */
            preview: components["schemas"]["PreviewDeal"][];
            summary?: components["schemas"]["ImportSummary"] | null;
        };
        /** @description A field a rule may ask for. */
        RequiredField: "name" | "amount" | "company" | "owner" | "close_date" | "forecast_category" | {
            /** @description A custom field, by the source's own name. */
            custom: string;
        };
        /** @description What a difference rests on. */
        RestsOn: {
            /** @description In words. */
            note: string;
            effect?: components["schemas"]["Effect"] | null;
        };
        /** @description What is done twice. */
        Rework: {
            /**
             * Format: int64
             * @description Deals with history.
             */
            deals: number;
            reworked?: components["schemas"]["Rate"] | null;
            win_rate_with?: components["schemas"]["Rate"] | null;
            win_rate_without?: components["schemas"]["Rate"] | null;
            win_difference?: components["schemas"]["Difference"] | null;
            /**
             * Format: double
             * @description Median days from first stage to close, with rework.
             */
            median_days_with?: number | null;
            /**
             * Format: double
             * @description And without.
             */
            median_days_without?: number | null;
            /** @description Each loop, most frequent first. */
            loops: components["schemas"]["Loop"][];
        };
        /** @description What a role may. */
        RoleView: {
            /** @description Its name. */
            role: string;
            /** @description What it sees. */
            sees: string;
            /** @description What it may. */
            scopes: string[];
        };
        /** @description How far one rule is kept. */
        RuleResult: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /** @description What it asks. */
            asks: string;
            /**
             * Format: int64
             * @description Deals it is for.
             */
            of: number;
            /**
             * Format: int64
             * @description Deals that keep it.
             */
            passed: number;
            /**
             * Format: int64
             * @description Deals that break it.
             */
            failed: number;
            /** @description Of those the most valuable. */
            deals: components["schemas"]["InsightDeal"][];
        };
        /** @description A forecast or backtest that was saved. */
        RunView: {
            /** @description Its id. */
            id: string;
            /**
             * Format: date-time
             * @description The moment of the data it looks from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description The page of the feed it knew.
             */
            seq: number;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who asked for it. */
            created_by: string;
            /** @description What they are called; null for the schedule, and for whom the caller does not see. */
            created_by_name?: string | null;
        };
        /** @description What the simulation of one arm says. */
        Runs: {
            /**
             * Format: int32
             * @description Runs made.
             */
            runs: number;
            /**
             * Format: int32
             * @description Runs won.
             */
            won: number;
            /**
             * Format: int32
             * @description Runs lost.
             */
            lost: number;
            /**
             * Format: int32
             * @description Runs left open.
             */
            capped: number;
            /** @description Share of runs won. */
            p_win: components["schemas"]["Estimate"];
            days?: components["schemas"]["Days"] | null;
            days_if_won?: components["schemas"]["Days"] | null;
            /** @description Closing times. */
            histogram: components["schemas"]["Histogram"];
            best?: components["schemas"]["Way"] | null;
            worst?: components["schemas"]["Way"] | null;
            /** @description The runs at the 10, 50 and 90 % quantile. */
            typical: components["schemas"]["Way"][];
        };
        /** @description A view to save. */
        SaveView: {
            /** @description What it is called. */
            name: string;
            /**
             * @description The conditions, order and search, as the list of deals takes them: `filter[…]`, `sort`, `q`.
             * @example {
             *       "filter[outcome]": "open",
             *       "sort": "-amount"
             *     }
             */
            query: {
                [key: string]: string;
            };
            /**
             * @description Whether everybody of the tenant sees it.
             * @default false
             */
            shared?: boolean;
        };
        /** @description What a saved backtest says. Whoever does not see all deals gets the verdict and no counts. */
        SavedBacktest: {
            /**
             * Format: int32
             * @description Days each forecast looked ahead.
             */
            horizon_days: number;
            /** @description Whether the model beats the base rate, in words. */
            verdict: string;
            /** @description Whether the whole interval of the gain over the base rate is above 0. */
            skill: boolean;
            /**
             * Format: double
             * @description Share of origins whose number of wins fell in the 80 % interval.
             */
            coverage80: number;
            /**
             * Format: double
             * @description Share of origins whose number of wins fell in the 95 % interval.
             */
            coverage95: number;
            /**
             * Format: int64
             * @description Predictions made.
             */
            predictions?: number;
            /**
             * Format: int64
             * @description Different deals among them.
             */
            deals?: number;
            /** @description By origin. */
            origins?: components["schemas"]["Origin"][];
            /** @description Pie's model. */
            model?: components["schemas"]["Scores"];
            /** @description The share of open deals that was won within the horizon, on past days. */
            base_rate?: components["schemas"]["Scores"];
            /** @description The same by stage. */
            stage_rate?: components["schemas"]["Scores"];
            /** @description A Markov chain with constant hazards. */
            markov?: components["schemas"]["Scores"];
            /**
             * Format: double
             * @description Mean width of the 80 % interval as a share of the forecast.
             */
            width80?: number | null;
        };
        /** @description A deal of a saved forecast. */
        SavedDeal: {
            /** @description Its id. */
            id: string;
            /** @description What its source calls it. */
            source_id: string;
            /** @description Its name. */
            name?: string | null;
            /** @description Who would buy. */
            company?: string | null;
            /** @description Who sells. */
            owner?: string | null;
            /** @description Its stage. */
            stage: string;
            /**
             * Format: double
             * @description Days it had been there.
             */
            days_in_stage: number;
            /**
             * Format: double
             * @description Days since it began.
             */
            age_days: number;
            /**
             * Format: double
             * @description Amount in the forecast's currency.
             */
            amount?: number | null;
            /** @description `deal`, `list_price` or `mean_of_won`: where the amount comes from. */
            amount_source?: string | null;
            /** @description Chance to be won in the end. */
            p_win: components["schemas"]["SavedRange"];
            /**
             * Format: double
             * @description Amount × chance.
             */
            expected_value?: number | null;
            /**
             * Format: double
             * @description Expected days until it closes, either way.
             */
            expected_days: number;
            /**
             * Format: double
             * @description Expected days until it is won, if it is.
             */
            expected_days_if_won?: number | null;
            /** @description Chances by 30, 60 and 90 days. */
            by_days: components["schemas"]["ByDays"][];
            /** @description What sets it apart from the average deal in its stage, strongest first. */
            reasons: components["schemas"]["Influence"][];
            /** @description Longer in its stage than any deal that was won. */
            zombie: boolean;
            /**
             * Format: double
             * @description Longest stay in this stage from which deals were still won.
             */
            longest_won_stay?: number | null;
            /** @description The stages so far with the days in each; the last was still running. */
            path: [
                string,
                number
            ][];
        };
        /** @description What a saved forecast says. Sums over all deals are there for those who see all deals. */
        SavedForecast: {
            /** @description The day it looks ahead from. */
            as_of: string;
            /** @description The currency of every amount. */
            currency?: string | null;
            /** @description `low_confidence` below 200 closed deals, else `normal`. */
            confidence: string;
            /** @description What it was learned from. */
            evidence: components["schemas"]["Evidence"];
            /** @description What champions, blockers and touches are associated with. */
            effects: components["schemas"]["Effects"];
            /** @description Every open deal the caller sees. */
            deals: components["schemas"]["SavedDeal"][];
            /** @description By period, the running one first. */
            periods?: components["schemas"]["Line"][];
            /** @description By owner, over all periods. */
            owners?: components["schemas"]["Line"][];
            /** @description By stage, over all periods. */
            stages?: components["schemas"]["Line"][];
            /** @description All periods together. */
            total?: components["schemas"]["Line"];
            /** @description Where the value most likely lost lies. */
            riskiest?: components["schemas"]["SavedDeal"][];
            /** @description Deals that will probably miss the close date they carry. */
            slipping?: components["schemas"]["SavedSlip"][];
            /** @description Open for longer than deals that were ever won from that stage. */
            forgotten?: components["schemas"]["SavedForgotten"];
            /** @description How good it would have been. */
            trust?: components["schemas"]["SavedTrust"];
            /** @description What the model does not know, in words. */
            unknown?: string[];
            /** @description What is wrong with the data. */
            findings?: components["schemas"]["Finding"][];
        };
        /** @description Deals open for longer than any that was won. */
        SavedForgotten: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * Format: double
             * @description What they are worth on paper.
             */
            amount: number;
            /**
             * Format: double
             * @description What the forecast gives them within 90 days.
             */
            expected_in_90_days: number;
            /**
             * Format: double
             * @description The share of open deals.
             */
            share: number;
            /** @description Some of them, the largest first. */
            examples: components["schemas"]["SavedDeal"][];
        };
        /** @description An identity provider by its name. */
        SavedIssuer: {
            /** @description Its name. */
            id: string;
            /** @description The provider. */
            issuer: components["schemas"]["Issuer"];
        };
        /** @description A number with its 80 % interval. */
        SavedRange: {
            /**
             * Format: double
             * @description The best model's number.
             */
            value: number;
            /**
             * Format: double
             * @description 10 % of the ensemble are below.
             */
            low: number;
            /**
             * Format: double
             * @description 10 % of the ensemble are above.
             */
            high: number;
        };
        /** @description Changes under a name. */
        SavedScenario: {
            /** @description Its id. */
            id: string;
            /** @description What it is called. */
            name: string;
            /** @description The changes, as texts. */
            changes: string[];
            /** @description Who saved it. */
            created_by: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
        };
        /** @description A deal that would probably miss its close date. */
        SavedSlip: {
            /** @description What a table calls the deal. */
            label: string;
            /** @description Who sells. */
            owner?: string | null;
            /** @description Its stage. */
            stage: string;
            /**
             * Format: double
             * @description Days until the close date it carried; negative where that had passed.
             */
            closes_in_days: number;
            /**
             * Format: double
             * @description Chance that it is won by then.
             */
            p_won_by_then: number;
            /**
             * Format: double
             * @description Chance that it is still open then.
             */
            p_open_then: number;
            /**
             * Format: double
             * @description Amount that hangs on it.
             */
            amount?: number | null;
        };
        /** @description How far a forecast may be trusted, by its own past. */
        SavedTrust: {
            /** @description The test on the past. */
            backtest: components["schemas"]["SavedBacktest"];
        } | {
            /** @description Why there is none. */
            untested: string;
        };
        /** @description A text, a number, true or false. */
        Scalar: string | number | boolean;
        Scenario: string | {
            /** @enum {string} */
            kind: "add_champion" | "remove_blocker" | "accelerate" | "increase_touchpoints" | "change_amount" | "set_stage";
            stage?: string;
            days?: number;
            factor?: number;
            amount?: number;
        };
        /** @description How one method did. */
        Scores: {
            /** @description Of "won within the horizon". */
            measures: components["schemas"]["Measures"];
            /** @description Brier score. */
            brier: components["schemas"]["Interval"];
            /**
             * Format: double
             * @description Mean continuous ranked probability score of the time to close, in days.
             */
            crps_days?: number | null;
            /**
             * Format: double
             * @description Mean over origins of |forecast − seen| / seen, number of wins.
             */
            count_error?: number | null;
            /**
             * Format: double
             * @description Sum of forecasts / sum of wins − 1.
             */
            count_bias?: number | null;
            /**
             * Format: double
             * @description As `count_error`, for the amount won; nothing without amounts.
             */
            amount_error?: number | null;
            /** @description Brier of this method minus that of the model: above 0 the model is better. */
            behind_model: components["schemas"]["Interval"];
        };
        /** @description A search: the same words as a list's, as JSON. */
        Search: {
            /**
             * @description Field → value, or field → operator → value; several values for `in`.
             * @default {}
             * @example {
             *       "amount": {
             *         "gte": 10000
             *       },
             *       "outcome": "open",
             *       "stage": {
             *         "in": [
             *           "Demo",
             *           "Proposal"
             *         ]
             *       }
             *     }
             */
            filter?: {
                [key: string]: components["schemas"]["Condition"];
            };
            /**
             * @description Words that each occur in a deal's name, company, owner, stage or ids.
             * @default null
             */
            q?: string | null;
            /**
             * @description Fields to sort by: `-amount,name`.
             * @default null
             * @example -amount,name
             */
            sort?: string | null;
            /**
             * @description How many rows.
             * @default 50
             */
            limit?: number | null;
            /**
             * @description `next_cursor` of the page before.
             * @default null
             */
            cursor?: string | null;
            /**
             * @description Which fields to give.
             * @default null
             */
            fields?: string[] | null;
            /**
             * @description Which facets to count.
             * @default null
             */
            facets?: string[] | null;
        };
        /** @description Whom to send a code. */
        SendCode: {
            /**
             * @description The member's address.
             * @example ana@company.example
             */
            email: string;
        };
        /** @description What was done. */
        Sent: {
            /** @description The same for every address, whether it is a member's or not. */
            detail: string;
        };
        /** @description A session. */
        Session: {
            /** @description Send it as `Authorization: Bearer`. */
            access_token: string;
            /** @description `Bearer`. */
            token_type: string;
            /**
             * Format: date-time
             * @description When the access token ends.
             */
            expires_at: string;
            /** @description Good once, for the next access token. */
            refresh_token: string;
            /** @description Who signed in. */
            member: string;
            /** @description Of which tenant. */
            tenant: string;
        };
        /** @description A session, as it was asked to be kept. */
        SessionBegun: components["schemas"]["Session"] | components["schemas"]["BrowserSession"];
        /** @description Every setting with its present value. */
        Settings: {
            /**
             * @description What amounts are added up in; nothing for the most frequent currency of the deals.
             * @example EUR
             */
            reporting_currency?: string | null;
            rates?: components["schemas"]["Rates"] | null;
            /**
             * Format: int32
             * @description The month, 1 to 12, that quarters are counted from.
             */
            quarter_start_month: number;
            /**
             * Format: int32
             * @description Days after its expected close before a deal is overdue.
             */
            overdue_grace_days: number;
            /** @description When a deal is stuck in its stage. */
            stuck: components["schemas"]["Stuck"];
            /**
             * Format: int32
             * @description Days without contact after which a deal is inactive.
             */
            inactive_days: number;
            /**
             * @description From which amount a deal is of high value, as a decimal; nothing for the largest fifth.
             * @example 50000
             */
            high_value?: string | null;
            /** @description Other numbers of days for some stages, by the source's label. */
            stages: {
                [key: string]: components["schemas"]["StageDaysSetting"];
            };
            /** @description What a won deal must have to count as an order. */
            orders: components["schemas"]["OrderChecks"];
            /** @description What must hold of open deals. */
            compliance: components["schemas"]["ComplianceRule"][];
            /** @description How customers pay. */
            cash: components["schemas"]["CashTerms"];
            /** @description The days on which people work. */
            calendar: components["schemas"]["Calendar"];
            /** @description What each seller, by id, is to win in a quarter, as a decimal. */
            quotas: {
                [key: string]: string;
            };
        };
        /** @description How to sign in with a source's account. */
        SignInWith: {
            /** @description With the sandbox of this installation, where there is one. */
            sandbox?: boolean;
        };
        /**
         * @description How an identity provider signs.
         * @enum {string}
         */
        SigningAlgorithm: "RS256" | "ES256";
        /** @description The answer to "what if": solved exactly and simulated on the same luck, both arms. */
        Simulation: {
            /** @description Its id, to look at it again within 90 days; nothing where it is not kept. */
            id?: string | null;
            /** @description The deal. */
            deal: string;
            /**
             * Format: date-time
             * @description The moment it looks ahead from.
             */
            as_of: string;
            /**
             * Format: int64
             * @description The page of the feed the model knows.
             */
            model_seq: number;
            /** @description Whether the data had changed since. */
            stale: boolean;
            /** @description The currency of the amounts. */
            currency?: string | null;
            /**
             * Format: int32
             * @description The runs of each arm.
             */
            runs: number;
            /**
             * Format: int64
             * @description The luck.
             */
            seed: number;
            /** @description The open stages, by the places that ways name. */
            stages: string[];
            /** @description Who asked. */
            created_by: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description The changes, all made together. */
            scenarios: string[];
            /** @description Without them. */
            baseline: components["schemas"]["Arm"];
            /** @description With them. */
            modified: components["schemas"]["Arm"];
            /** @description The difference. */
            delta: components["schemas"]["Delta"];
            /** @description Both arms simulated on the same luck; its intervals are of the simulation only. */
            simulation: components["schemas"]["Pair"];
            /** @description What it rests on. Every effect is an association, not a cause. */
            evidence: components["schemas"]["RestsOn"][];
        };
        /** @description What to simulate. */
        SimulationRequest: {
            /** @description The deal. */
            deal: string;
            /** @description What is changed, all together; none shows the deal as it is. */
            scenarios?: components["schemas"]["Scenario"][];
            /** @description A saved scenario, whose changes come on top. */
            scenario?: string | null;
            /**
             * Format: int32
             * @description How many runs each arm makes.
             * @default 10000
             */
            runs?: number | null;
            /**
             * Format: int64
             * @description Which luck; the same seed gives the same figures.
             * @default 1
             */
            seed?: number | null;
            /**
             * @description Whether the answer is kept, to be looked at again; not while somebody tries this and that.
             * @default true
             */
            keep?: boolean | null;
        };
        /** @description A simulation in a list. */
        SimulationRow: {
            /** @description Its id. */
            id: string;
            /** @description The deal. */
            deal: string;
            /** @description What the deal is called. */
            deal_name?: string | null;
            /** @description Who asked. */
            created_by: string;
            /** @description What they are called; null where the caller does not see them, or they have left. */
            created_by_name?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description The changes. */
            scenarios: string[];
            /** @description The difference they make. */
            delta: components["schemas"]["Delta"];
        };
        /** @description A deal that will probably miss the close date it carries. */
        SlippingDeal: {
            /** @description Its id. */
            id: string;
            /** @description What a table calls it: the id at its source, and its name. */
            label: string;
            /** @description Its name. */
            name?: string | null;
            /** @description Who sells. */
            owner?: string | null;
            /** @description Its stage. */
            stage: string;
            /**
             * Format: double
             * @description Days from `as_of` to the close date it carries.
             */
            closes_in_days: number;
            /**
             * Format: double
             * @description Chance that it is won by then.
             */
            p_won_by_then: number;
            /**
             * Format: double
             * @description Chance that it is still open then.
             */
            p_open_then: number;
            /**
             * Format: double
             * @description Amount that hangs on it.
             */
            amount?: number | null;
        };
        /** @description Durations, summed up. */
        Spread: {
            /**
             * Format: int64
             * @description Number of durations.
             */
            count: number;
            /**
             * Format: double
             * @description Mean.
             */
            mean_days: number;
            /**
             * Format: double
             * @description Median.
             */
            median_days: number;
            /**
             * Format: double
             * @description One in ten took longer.
             */
            p90_days: number;
        };
        /** @description A stage that would mean something else. */
        StageChange: {
            /** @description The stage, by the source's own label. */
            label: string;
            /** @description What it means. */
            from?: string | null;
            /** @description What it would mean. */
            to?: string | null;
            /**
             * Format: int64
             * @description The pipeline's deals that stand in it now.
             */
            deals: number;
            amount?: components["schemas"]["Money"] | null;
            /** @description How they count now. */
            before: components["schemas"]["DealEnds"];
            /** @description How they would count. */
            after: components["schemas"]["DealEnds"];
        };
        /** @description A stay in a stage. */
        StageDays: {
            /** @description The stage. */
            stage: string;
            /**
             * Format: double
             * @description Days in it; in the last so far.
             */
            days: number;
        };
        /** @description A stage's own numbers of days. */
        StageDaysSetting: {
            /**
             * Format: int32
             * @description Days in the stage after which a deal is stuck.
             */
            stuck_days?: number | null;
            /**
             * Format: int32
             * @description Days without contact after which it is inactive.
             */
            inactive_days?: number | null;
        };
        /** @description One stage then and now. */
        StageDrift: {
            /** @description The stage. */
            stage: string;
            /**
             * Format: int64
             * @description Exits before the recent window.
             */
            exits_before: number;
            /**
             * Format: int64
             * @description Exits within it.
             */
            exits_recent: number;
            /** @description Where deals go from here. */
            branching: components["schemas"]["BranchDrift"];
            /** @description How fast they go. */
            pace: components["schemas"]["PaceDrift"];
        };
        /** @description The stays in one stage; those that ended and those going on are kept apart. */
        StageDwell: {
            /** @description The stage. */
            stage: string;
            /**
             * Format: int64
             * @description Times it was entered.
             */
            visits: number;
            /**
             * Format: int64
             * @description Deals that ever entered it.
             */
            deals: number;
            completed?: components["schemas"]["Spread"] | null;
            current?: components["schemas"]["CurrentStays"] | null;
            /**
             * Format: double
             * @description Age by which half have left, counting those still in; nothing where half never leave.
             */
            survival_median_days?: number | null;
            win_rate?: components["schemas"]["Rate"] | null;
        };
        /** @description A stage of a pipeline. */
        StageView: {
            /** @description What the source calls it. */
            label: string;
            /** @description What it means; null until somebody says. */
            canonical?: string | null;
            /** @description Who said so: `vendor_default`, `discovered` (in the source's settings or data) or `tenant`. */
            layer?: string | null;
            /**
             * Format: int32
             * @description Its place in the pipeline, from 0.
             */
            order: number;
            /**
             * Format: double
             * @description The chance of winning that the source gives it, 0 to 1.
             */
            probability?: number | null;
        };
        /** @description What another meaning of a pipeline's stages would change. */
        StagesPreview: {
            /**
             * Format: date-time
             * @description The moment the data are from.
             */
            as_of: string;
            /** @description How it is counted. */
            rule: string;
            /** @description The stages that would mean something else. */
            stages: components["schemas"]["StageChange"][];
            /** @description Deals by what their stage means and would mean, where the two differ. */
            moves: components["schemas"]["MeaningMove"][];
            /**
             * Format: int64
             * @description Deals of other pipelines that would end otherwise, because a stage of theirs has the same name.
             */
            elsewhere: number;
            /** @description All deals, as they stand. */
            before: components["schemas"]["DealsStanding"];
            /** @description And as they would. */
            after: components["schemas"]["DealsStanding"];
        };
        /** @description A stay in one stage. */
        Stay: {
            /**
             * Format: int32
             * @description The stage, by its place in `stages`.
             */
            stage: number;
            /**
             * Format: double
             * @description Days spent there.
             */
            days: number;
        };
        /** @description How a stream of a connection stands. */
        StreamView: {
            /** @description Its name: `deals`. */
            name: string;
            /**
             * @description `idle`, `queued`, `running`, `waiting`, `failed` or `off`.
             * @example idle
             */
            status: string;
            /**
             * @description What the present or last run is for: `load`, `changes` or `reconcile`.
             * @example changes
             */
            mode: string;
            counts?: components["schemas"]["CountsView"] | null;
            /**
             * Format: int64
             * @description How many records the source says it has; for those who see every deal.
             */
            source_total?: number | null;
            /**
             * Format: int64
             * @description How many of them are kept; for those who see every deal.
             */
            kept_total?: number | null;
            /**
             * Format: date-time
             * @description Up to when all of the source's changes are in.
             */
            complete_until?: string | null;
            /**
             * Format: date-time
             * @description Until when the source asked to wait.
             */
            waiting_until?: string | null;
            /**
             * Format: date-time
             * @description When a run last began.
             */
            last_started_at?: string | null;
            /**
             * Format: date-time
             * @description When a run last came to its end.
             */
            last_finished_at?: string | null;
            problem?: components["schemas"]["JobProblemView"] | null;
            /** @description The newest things to say about its records; for those who see every deal. */
            issues: string[];
        };
        /** @description When a deal is stuck: longer in its stage than a multiple of what won deals needed there. */
        Stuck: {
            /**
             * Format: double
             * @description How many times the median stay of won deals.
             */
            factor: number;
            /**
             * Format: int32
             * @description But never before so many days.
             */
            least_days: number;
            /**
             * Format: int32
             * @description How many days where too few won deals tell.
             */
            days_without_evidence: number;
            /**
             * Format: int32
             * @description How many won stays tell.
             */
            evidence: number;
        };
        /** @description What to sync. */
        SyncConnection: {
            /** @description `changes`, `full` or `reconcile`. */
            mode?: components["schemas"]["SyncMode"];
            /** @description Only these streams; without any, all that are wanted. */
            streams?: string[];
        };
        /**
         * @description How much a sync reads.
         * @enum {string}
         */
        SyncMode: "changes" | "full" | "reconcile";
        /** @description What one table's columns mean. */
        TableMapping: {
            /**
             * @description The name of the file.
             * @example deals.csv
             */
            file: string;
            /** @description The name of the array inside a JSON file that holds several. */
            table?: string | null;
            /**
             * @description `deals`, `stage_events`, `activities`, `contacts`, `accounts`, `team`, `products` or `unknown`.
             * @example deals
             */
            shape: string;
            /** @description Which known export the columns were recognised as. */
            preset?: string;
            /** @description `day_first` or `month_first`, where the column does not tell. */
            dates?: string | null;
            /** @description `point` or `comma`, where the column does not tell. */
            decimal?: string | null;
            /** @description Each column and the field it fills: `deal_id`, `close_date`, `entered:Proposal`, `ignore`. */
            columns: {
                [key: string]: string;
            };
        };
        /** @description A field that the tenant takes from another field of the source than the usual one. */
        TakenDealField: {
            /**
             * @description The field: `name`, `amount`, `probability`, `close_date` or `lost_reason`.
             * @example amount
             */
            field: string;
            /** @description The source: `hubspot`. */
            source: string;
            /** @description The source's name as people write it. */
            title: string;
            /**
             * @description The source's other field, by its name among the custom fields.
             * @example ARR
             */
            from: string;
            /**
             * @description What the source itself says in the field: a sum with its currency, a share of 1, a day, or a
             *     text; null where it says nothing.
             * @example 12000 USD
             */
            own?: string | null;
        };
        /** @description Another field of the source, and what its values leave unsaid. */
        TakenField: {
            /**
             * @description The field, by its name among a deal's custom fields.
             * @example ARR
             */
            from: string;
            /**
             * Format: int32
             * @description For `probability`: what the source writes for certain, 1 or 100.
             * @example 100
             */
            share_of?: number | null;
            /**
             * @description For `amount`: what sums are in that do not say, on deals without an amount of their own.
             * @example EUR
             */
            currency?: string;
        };
        /** @description What becomes of the entities of one kind. */
        Tally: {
            /**
             * Format: int64
             * @description There was none.
             */
            new: number;
            /**
             * Format: int64
             * @description It said something else.
             */
            changed: number;
            /**
             * Format: int64
             * @description It said the same already.
             */
            unchanged: number;
            /**
             * Format: int64
             * @description What is kept is newer.
             */
            stale: number;
            /**
             * Format: int64
             * @description It cannot be kept.
             */
            quarantined: number;
        };
        /** @description A tenant. */
        TenantView: {
            /** @description Its id. */
            id: string;
            /** @description What it is called. */
            name: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When its deletion was asked for.
             */
            deleted_at?: string | null;
            /**
             * Format: date-time
             * @description When everything goes, for good.
             */
            erased_from?: string | null;
        };
        /** @description How a connection stood a test. */
        Tested: {
            /** @description Whether the source lets us in. */
            ok: boolean;
            /** @description The account that is connected, where the source tells. */
            account?: string | null;
            problem?: components["schemas"]["JobProblemView"] | null;
        };
        /** @description Figures over deals. */
        Totals: {
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /**
             * Format: int64
             * @description How many of them are open.
             */
            open: number;
            /**
             * Format: int64
             * @description How many were won.
             */
            won: number;
            /**
             * Format: int64
             * @description How many were lost.
             */
            lost: number;
            /** @description Their amounts, currency by currency. */
            amounts: components["schemas"]["Money"][];
            reported?: components["schemas"]["Money"] | null;
            /**
             * Format: int64
             * @description Deals whose amount is not in it.
             */
            left_out: number;
            /**
             * Format: int64
             * @description Deals without an amount.
             */
            without_amount: number;
            weighted?: components["schemas"]["Weighted"] | null;
        };
        /** @description A move from one stage to another. */
        Transition: {
            /** @description The stage it left; null for its first. */
            from?: string | null;
            /** @description The stage it entered. */
            to: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /**
             * Format: double
             * @description Days in the stage it left.
             */
            days_in_from?: number | null;
        };
        /** @description How deals of a pipeline move, and how that differs by circumstance. */
        Transitions: {
            /** @description The stages in pipeline order. */
            stages: string[];
            /** @description Every move that occurs. */
            edges: components["schemas"]["ProcessEdge"][];
            /** @description Where deals begin: stage, deals. */
            starts: [
                string,
                number
            ][];
            /** @description The circumstances that tell something about the next stage, most telling first. */
            dimensions: components["schemas"]["Dimension"][];
            /** @description What each circumstance says, stage by stage. */
            contexts: components["schemas"]["Circumstance"][];
            /** @description What their numbers mean: always `associational`. */
            reading: string;
        };
        /** @description What could not be kept, and why. */
        Unkept: {
            /** @description What it is. */
            key: string;
            /** @description Why not. */
            reason: string;
        };
        /** @description One path. */
        Variant: {
            /** @description The stages up to the close. */
            path: string[];
            /**
             * Format: int64
             * @description Deals that went this way.
             */
            count: number;
            /**
             * Format: double
             * @description Share of the finished deals.
             */
            share: number;
            win_rate?: components["schemas"]["Rate"] | null;
            /**
             * Format: double
             * @description Median days from the first stage to the last.
             */
            median_days: number;
            /** @description Some of the deals, by name. */
            examples: string[];
        };
        /** @description The paths of finished deals. */
        Variants: {
            /** @description The most common ones. */
            top: components["schemas"]["Variant"][];
            /**
             * Format: int64
             * @description How many different ones there are.
             */
            distinct: number;
            /**
             * Format: int64
             * @description Finished deals, the whole that shares are of.
             */
            deals: number;
            /**
             * Format: int64
             * @description Deals still open, which have no complete path yet.
             */
            open: number;
            /**
             * Format: double
             * @description Share of the deals that the listed paths cover.
             */
            covered: number;
        };
        /** @description Which service it is. */
        Version: {
            /** @description `pie`. */
            name: string;
            /** @description The version of the software. */
            version: string;
            /** @description Whether it runs on one machine, where e-mails land in the folder `aws/mail` of its data. */
            local: boolean;
        };
        /** @description A saved way to look at deals. */
        ViewView: {
            /** @description Its id. */
            id: string;
            /** @description What it is called. */
            name: string;
            /**
             * @description The conditions, order and search, as the list of deals takes them.
             * @example {
             *       "filter[outcome]": "open",
             *       "sort": "-amount"
             *     }
             */
            query: {
                [key: string]: string;
            };
            /** @description Whether everybody of the tenant sees it; what deals they see in it is up to who they are. */
            shared: boolean;
            /** @description Who saved it. */
            owner: string;
            /** @description Whether the caller may change it. */
            can_change: boolean;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
        };
        /** @description One simulated future. */
        Way: {
            /**
             * Format: int32
             * @description Which run.
             */
            run: number;
            /** @description `won`, `lost` or `open`. */
            ending: string;
            /**
             * Format: double
             * @description Days until then.
             */
            days: number;
            /** @description The stages on the way, the present one first. */
            steps: components["schemas"]["Stay"][];
        };
        /** @description How a source is told where to call. */
        WebhookView: {
            /**
             * @description `connection` where the connection has an address of its own, `app` where the source sends
             *     the events of all accounts to one, `none` where it does not call.
             */
            kind: string;
            /** @description The address to give to the source. That of a connection is shown once, when it is made. */
            url?: string | null;
            /** @description Whether the connection has an address. */
            has_address: boolean;
            /** @description What the source signs with, or shows, is kept in so many versions. */
            secrets: number;
            /** @description Whether deliveries are taken: there is an address, and something to check them with. */
            active: boolean;
            /** @description The user to give to a source that signs nothing; shown once, when it is made. */
            user?: string | null;
            /** @description And the password. */
            password?: string | null;
            /** @description What to do at the source. */
            help: string;
        };
        /** @description Amount × chance, summed. */
        Weighted: {
            /** @description The sum. */
            amount: components["schemas"]["Money"];
            /**
             * Format: int64
             * @description Deals whose chance is the model's.
             */
            by_model: number;
            /**
             * Format: int64
             * @description Deals whose chance is the source's.
             */
            by_source: number;
            /**
             * Format: int64
             * @description Open deals with an amount and no chance, which count as nothing.
             */
            without_chance: number;
        };
        /** @description Which import to write. */
        WhichImport: {
            /** @description Its id. */
            import: string;
        };
        /** @description Who calls. */
        WhoAmI: {
            /** @description The tenant. */
            tenant: string;
            /** @description The member or key. */
            principal: string;
            /** @description The member, or the one the key acts as. */
            member?: string | null;
            /** @description What the member is called. */
            name?: string | null;
            /** @description The member's address. */
            email?: string | null;
            /** @description The role. */
            role: string;
            /** @description What the caller may. */
            scopes: string[];
            /** @description Whether every deal is seen. */
            sees_all: boolean;
            /** @description How many sellers' deals are seen, if not all. */
            sees_people: number;
            /** @description For a session that came by cookie: send it as `X-CSRF-Token` with whatever changes something. */
            csrf?: string | null;
        };
        /** @description Why a deal is on a list. */
        Why: {
            /** @description What programs call it. */
            code: string;
            /** @description What is the case, with the figures. */
            text: string;
        };
        /**
         * @description A day of the week.
         * @enum {string}
         */
        WorkDay: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
        /** @description An open deal that is probably dead. */
        Zombie: {
            /** @description The deal. */
            deal: string;
            /** @description Its name in the history. */
            name: string;
            /** @description The stage it rests in. */
            stage: string;
            /**
             * Format: double
             * @description Days there.
             */
            days: number;
            /**
             * Format: double
             * @description The most that a live deal would have.
             */
            limit_days: number;
        };
        /** @description When an open deal counts as dead. */
        ZombieRule: {
            /** @description The pipeline. */
            pipeline: string;
            /** @description The stage. */
            stage?: string | null;
            /**
             * Format: double
             * @description Longer than this is too long.
             */
            limit_days: number;
            /**
             * Format: double
             * @description 99th percentile of won stays.
             */
            won_p99_days: number;
            /**
             * Format: double
             * @description Median of finished stays.
             */
            median_days: number;
            /**
             * Format: int64
             * @description Won stays it rests on.
             */
            won: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    healthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They can */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    version: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This one */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Web Key Set */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeySet"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendSignInCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendCode"];
            };
        };
        responses: {
            /** @description If the address is a member's, a code is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sent"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signInWith: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The source: `salesforce` or `hubspot` */
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SignInWith"] | null;
            };
        };
        responses: {
            /** @description Where to go */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GoTo"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    beginSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Begin"];
            };
        };
        responses: {
            /** @description Signed in */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionBegun"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Refresh"] | null;
            };
        };
        responses: {
            /** @description The next tokens */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionBegun"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Refresh"] | null;
            };
        };
        responses: {
            /** @description It has ended, or there was none */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whoAmI: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WhoAmI"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMembers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_MemberView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    inviteMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Invite"];
            };
        };
        responses: {
            /** @description Invited */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The member's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The member's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeMember"];
            };
        };
        responses: {
            /** @description As they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendInvitation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The member's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRoles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The roles */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RoleView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, without their secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_KeyView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    makeApiKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MakeKey"];
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is of no use within seconds */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listImports: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of imports */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ImportView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateImport"];
            };
        };
        responses: {
            /** @description Begun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description It stands as it did */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putImportFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description Which bytes these are: bytes 0-4194303/9000000 */
                "Content-Range"?: string | null;
            };
            path: {
                /** @description The import's id */
                id: string;
                /** @description The file's name, 1 to 120 characters, without a folder */
                name: string;
            };
            cookie?: never;
        };
        /** @description CSV, JSON, NDJSON or XES, plain or packed with gzip */
        requestBody: {
            content: {
                "application/octet-stream": components["schemas"]["FileBytes"];
            };
        };
        responses: {
            /** @description How much of the file is there */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteImportFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The import's id */
                id: string;
                /** @description The file's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is no longer part of the import */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getImportMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mapping */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MappingView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description There is none before the files were validated */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putImportMapping: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read; without it the last one wins */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Mapping"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MappingView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    validateImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getImportReport: {
        parameters: {
            query?: {
                /** @description How many issues of a kind are shown one by one, 0 to 1000. */
                examples?: number;
            };
            header?: never;
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report, the first deals, and what would be written */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The files were not validated yet */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    commitImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    undoImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelImport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The import's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will stop, or has */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those in this state. */
                status?: string;
                /** @description Only those of this kind, or of an area such as `import`. */
                kind?: string;
                /** @description Only those that work on this: an import, a connection. */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The job's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description It stands as it did */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will stop, or has */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watchJob: {
        parameters: {
            query?: {
                /** @description The same, where headers cannot be set */
                after?: number;
            };
            header?: {
                /** @description The id of the last event seen */
                "Last-Event-ID"?: string | null;
            };
            path: {
                /** @description The job's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description The job is over, and you have seen its last event */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listViews: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of views, the newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ViewView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saveView: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SaveView"];
            };
        };
        responses: {
            /** @description Saved */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The view's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The view */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteView: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The view's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeView: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The view's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeView"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPipelines: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every pipeline with its stages */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_PipelineView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPipelineStages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pipeline's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pipeline */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putPipelineStages: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The pipeline's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutStages"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewPipelineStages: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The pipeline's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutStages"];
            };
        };
        responses: {
            /** @description Before and after */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StagesPreview"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createExport: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateExport"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getExportFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The export's job */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": components["schemas"]["FileBytes"];
                    "application/json": components["schemas"]["FileBytes"];
                    "application/gzip": components["schemas"]["FileBytes"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is not done yet, or was done too long ago */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    erasePerson: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ErasePerson"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listConnectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ConnectorView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConnector: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The source's id */
                source: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What it takes to be connected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectorView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listConnections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, the oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ConnectionView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateConnection"];
            };
        };
        responses: {
            /** @description Connected, or waiting for consent */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Begun"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    disconnect: {
        parameters: {
            query?: {
                /** @description Whether what it brought goes as well. */
                erase?: boolean;
            };
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Disconnected; this job takes away what it brought */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description Disconnected */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeConnection"];
            };
        };
        responses: {
            /** @description As it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    syncConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SyncConnection"] | null;
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remapConnection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getConnectionFields: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mapping, and what there is to choose from */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionFields"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putConnectionFields: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutFields"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewConnectionFields: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutFields"];
            };
        };
        responses: {
            /** @description Now and then */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FieldsPreview"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tested"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconnect: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request twice is done once */
                "Idempotency-Key"?: string | null;
            };
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Reconnect"] | null;
            };
        };
        responses: {
            /** @description Reconnected, or where to consent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Begun"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The connection's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutWebhook"];
            };
        };
        responses: {
            /** @description How it stands, with what is shown once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasImportConnect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Connect"];
            };
        };
        responses: {
            /** @description Begun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasImportStatus: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of imports */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ImportView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasImportSync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhichImport"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasSyncStatus: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those in this state. */
                status?: string;
                /** @description Only those of this kind, or of an area such as `import`. */
                kind?: string;
                /** @description Only those that work on this: an import, a connection. */
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasSyncTrigger: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WhichImport"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeals: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Fields to sort by, `-` before one for the largest first: `-amount,name`. Left out, a search
                 *     gives the best fit first, and a list is in the order of ids.
                 * @example -amount,name
                 */
                sort?: string;
                /** @description Words that each occur in a deal's name, company, owner, stage or ids. */
                q?: string;
                /**
                 * @description Which fields to give, with commas between them: `name,amount,p_win`.
                 * @example name,stage,amount
                 */
                fields?: string;
                /**
                 * @description Which facets to count, with commas between them; empty for none.
                 * @example stage,owner
                 */
                facets?: string;
                /** @description Conditions: `filter[stage]=Proposal`, `filter[amount][gte]=10000`, `filter[close_date][lte]=today+14d`, `filter[owner][in]=person_…,person_…` */
                filter?: {
                    [key: string]: string;
                };
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealList"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history for the chances asked for */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    searchDeals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Search"];
            };
        };
        responses: {
            /** @description A page of deals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealList"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealFacets: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Fields to sort by, `-` before one for the largest first: `-amount,name`. Left out, a search
                 *     gives the best fit first, and a list is in the order of ids.
                 * @example -amount,name
                 */
                sort?: string;
                /** @description Words that each occur in a deal's name, company, owner, stage or ids. */
                q?: string;
                /**
                 * @description Which fields to give, with commas between them: `name,amount,p_win`.
                 * @example name,stage,amount
                 */
                fields?: string;
                /**
                 * @description Which facets to count, with commas between them; empty for none.
                 * @example stage,owner
                 */
                facets?: string;
                /** @description Conditions, as the list takes them */
                filter?: {
                    [key: string]: string;
                };
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Totals and facets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Facets"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history for the chances asked for */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDeal: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deal */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deal"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeDeal: {
        parameters: {
            query?: never;
            header: {
                /** @description The ETag that was read */
                "If-Match": string;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DealPatch"];
            };
        };
        responses: {
            /** @description The deal as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deal"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealTimeline: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Event"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealHistory: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All moves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Transition"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealGraph: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nodes and edges */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Graph"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealForecast: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its chances, with interval and reasons */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealForecast"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The deal is closed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealRecommendations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Scenarios, the best first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recommendations"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The deal is closed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    dealScores: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The chances, the oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealScores"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCompanies: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Words that each occur in a company's name, domain or industry. */
                q?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of companies */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Company"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCompany: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The company's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The company */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompanyPage"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listContacts: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Words that each occur in a contact's name, address or title. */
                q?: string;
                /** @description Only those on this deal. */
                deal?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of contacts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Contact"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getContact: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The contact's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contact */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Contact"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActivities: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Words that each occur in what it was about. */
                q?: string;
                /** @description Only those on this deal. */
                deal?: string;
                /**
                 * @description Only those of this kind: `email`, `call`, `meeting`, `demo`, `proposal`, `contract`,
                 *     `objection`, `follow_up` or `internal`.
                 */
                kind?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of activities */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Activity"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getActivity: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The activity's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The activity */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOwners: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Words that each occur in an owner's name, address or team. */
                q?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of owners */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Owner"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOwner: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The owner's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The owner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSimulations: {
        parameters: {
            query?: {
                /** @description Only those of this deal. */
                deal?: string;
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of simulations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SimulationRow"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    simulate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationRequest"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    /** @description Where it can be looked at again */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSimulation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The simulation's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listScenarios: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of scenarios */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SavedScenario"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    saveScenario: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewScenario"];
            };
        };
        responses: {
            /** @description The scenario */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedScenario"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The scenario's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    currentForecast: {
        parameters: {
            query?: {
                /** @description How long the periods are. */
                by?: ("month" | "quarter") & Record<string, never>;
                /** @description How many of them, the running one first, 1 to 12. */
                periods?: number;
                /** @description How many deals the lists name, 1 to 100. */
                top?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The forecast */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentForecast"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forecastChanges: {
        parameters: {
            query?: {
                /**
                 * @description The earlier day or instant; by default seven days before `to`.
                 * @example 2026-09-01
                 */
                from?: string;
                /**
                 * @description The later day, its end, or instant; by default the data's own moment.
                 * @example 2026-09-30
                 */
                to?: string;
                /** @description How many deals to name of each part, 1 to 200. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The parts add up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changes"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listForecasts: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RunView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runForecast: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewForecast"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getForecast: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The forecast's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The forecast */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForecastRun"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forecastOutcome: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The forecast's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Said and come */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForecastOutcome"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBacktests: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of runs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RunView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runBacktest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBacktest"];
            };
        };
        responses: {
            /** @description The job to watch */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBacktest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The backtest's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backtest */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BacktestRun"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightToday: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deals that want something done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightAttention: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. */
                limit?: number;
                /**
                 * @description Only deals with this reason: `past_close_date`, `stuck`, `inactive`, `no_next_step`,
                 *     `missing_owner`, `orphan_owner`, `missing_amount`, `missing_close_date`, `missing_company`
                 *     or `no_history`.
                 */
                reason?: string;
                /** @description Only this deal: what is amiss with it. The counts are over all deals. */
                deal?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deals with something amiss */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightOverdue: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The longest overdue first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightStuck: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most valuable first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightInactive: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most valuable first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightOrdersReceived: {
        parameters: {
            query?: {
                /** @description The first day; by default that of the running quarter. */
                from?: string;
                /** @description The last day; by default that of the data. */
                to?: string;
                /** @description How many deals to name, 1 to 200. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that lack most first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Orders"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightCompliance: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rule by rule */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Compliance"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightCashflow: {
        parameters: {
            query?: {
                /** @description How long they are: `week`, `month` or `quarter`. */
                by?: string;
                /** @description Whole periods before the running one, 0 to 53. */
                back?: number;
                /** @description Periods from the running one on, 1 to 53. */
                ahead?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What came in and what is expected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CashFlow"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightFunnel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Pipeline by pipeline */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Funnel"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightProcessMap: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Pipeline by pipeline */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProcessMap"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightDataQuality: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each kind of trouble, the gravest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataQuality"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightChanges: {
        parameters: {
            query?: {
                /**
                 * @description The earlier day or instant; by default seven days before `to`.
                 * @example 2026-09-01
                 */
                from?: string;
                /**
                 * @description The later day, its end, or instant; by default the data's own moment.
                 * @example 2026-09-30
                 */
                to?: string;
                /** @description How many deals to name of each part, 1 to 200. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The parts add up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Changes"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    insightOwnersKpis: {
        parameters: {
            query?: {
                /** @description Since when closed deals count; by default for a year. */
                since?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The one with the largest open pipeline first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnersKpis"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasSimulate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationRequest"];
            };
        };
        responses: {
            /** @description The answer */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulation"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasDealForecast: {
        parameters: {
            query?: never;
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description The deal's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its chances */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealForecast"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description The deal is closed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasToday: {
        parameters: {
            query?: {
                /** @description How many deals to name, 1 to 200. The counts are over all. */
                limit?: number;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deals that want something done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Listed"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasOwnersKpis: {
        parameters: {
            query?: {
                /** @description Since when closed deals count; by default for a year. */
                since?: string;
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Seller by seller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnersKpis"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasListDeals: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /**
                 * @description Fields to sort by, `-` before one for the largest first: `-amount,name`. Left out, a search
                 *     gives the best fit first, and a list is in the order of ids.
                 * @example -amount,name
                 */
                sort?: string;
                /** @description Words that each occur in a deal's name, company, owner, stage or ids. */
                q?: string;
                /**
                 * @description Which fields to give, with commas between them: `name,amount,p_win`.
                 * @example name,stage,amount
                 */
                fields?: string;
                /**
                 * @description Which facets to count, with commas between them; empty for none.
                 * @example stage,owner
                 */
                facets?: string;
                /** @description Conditions, as the list takes them */
                filter?: {
                    [key: string]: string;
                };
            };
            header?: {
                /** @description The `ETag` of the answer the caller has; 304 where it is still right. */
                "If-None-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of deals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealList"];
                };
            };
            /** @description Nothing changed */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too little history for the chances asked for */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    aliasSearchDeals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Search"];
            };
        };
        responses: {
            /** @description A page of deals */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DealList"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every setting with its present value */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putSettings: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read */
                "If-Match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSettings"];
            };
        };
        responses: {
            /** @description As they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Settings"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_failed */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: precondition_required */
            428: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                /** @description How many rows, 1 to 200. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AuditView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkAuditEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditCheck"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listIssuers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The providers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_SavedIssuer"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putIssuer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A name of your own: letters, digits and dashes */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Issuer"];
            };
        };
        responses: {
            /** @description Accepted from now on */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedIssuer"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeIssuer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its tokens are refused from now on */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's tenant */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteTenant"];
            };
        };
        responses: {
            /** @description Will be deleted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: body_too_large, upload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unsupported_media_type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreTenant: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it was */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantView"];
                };
            };
            /** @description A problem: malformed_json, invalid_parameter, invalid_header, invalid_cursor, cursor_expired, idempotency_key_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unauthenticated */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: scope_missing, role_too_low, origin_not_allowed, csrf, tenant_deleted */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: changed, already_exists, wrong_state, already_running, limit_reached, idempotency_in_flight, idempotency_answer_lost */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: invalid_body, invalid_upload, invalid_mapping, idempotency_key_reused, not_enough_history, too_large */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: internal */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem: unavailable, not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
